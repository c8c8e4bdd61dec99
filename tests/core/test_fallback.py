"""Which step follows by itself."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.assurance import Channel
from otpguard.core.fallback import (
    PAID,
    UNASKED,
    Step,
    asked_step,
    bring_step_forward,
    length_of,
    next_step,
)

plans = st.lists(st.sampled_from(Channel), min_size=1, max_size=6).map(
    lambda channels: [{"channel": channel.value, "at": at} for at, channel in enumerate(channels)]
)


def steps(*channels: str) -> list[Step]:
    return [{"channel": channel} for channel in channels]


def walk(plan: Sequence[Step], *, unproven: bool) -> list[str]:
    """The channels that are taken unasked, to the end."""
    step, taken = 0, []
    while (index := next_step(plan, step, unproven=unproven)) is not None:
        plan = bring_step_forward(plan, step, index)
        step += 1
        taken.append(plan[step]["channel"])
    return taken


def test_a_proven_number_takes_every_step_in_order() -> None:
    plan = steps("sms", "whatsapp", "voice", "email")
    assert walk(plan, unproven=False) == ["whatsapp", "voice", "email"]


def test_an_unproven_number_gets_one_further_paid_message_and_no_call() -> None:
    """A5."""
    assert walk(steps("sms", "whatsapp", "sms", "voice"), unproven=True) == ["whatsapp"]
    assert walk(steps("sms", "voice", "whatsapp"), unproven=True) == ["whatsapp"]
    assert walk(steps("sms", "voice"), unproven=True) == []


def test_what_was_passed_over_stays_for_a_click() -> None:
    plan = bring_step_forward(steps("sms", "voice", "whatsapp"), 0, 2)
    assert [step["channel"] for step in plan] == ["sms", "whatsapp", "voice"]
    assert [bool(step.get(UNASKED)) for step in plan] == [False, True, False]


@given(plan=plans)
def test_unasked_steps_to_an_unproven_number_cost_one_message_at_most(plan: list[Step]) -> None:
    taken = walk(plan, unproven=True)
    assert len([channel for channel in taken if channel in PAID]) <= 1
    assert Channel.VOICE not in taken


@given(plan=plans, data=st.data())
def test_taking_a_step_loses_none(plan: list[Step], data: st.DataObject) -> None:
    step = data.draw(st.integers(0, len(plan) - 1))
    index = next_step(plan, step, unproven=data.draw(st.booleans()))
    if index is not None:
        after = bring_step_forward(plan, step, index)
        assert sorted(each["at"] for each in after) == [each["at"] for each in plan]
        assert after[: step + 1] == plan[: step + 1]


def test_the_step_that_somebody_asked_for_is_the_first_one_or_one_that_they_pressed_for() -> None:
    plan = bring_step_forward(steps("sms", "whatsapp", "voice", "email"), 0, 1)
    assert asked_step(plan, 0) == 0
    assert asked_step(plan, 1) == 0, "nobody pressed"
    assert asked_step(plan, 2) == 2, "somebody did"
    assert asked_step(bring_step_forward(plan, 2, 3), 3) == 2
    assert asked_step([], 0) == 0


def test_a_step_knows_how_long_its_codes_are() -> None:
    assert [length_of({"channel": "sms", "length": length}) for length in (0, 4, 8)] == [0, 4, 8]
    assert length_of({"channel": "sms"}) == 6
