"""Exceptions move one field of one floor, never below the bottom, and never past their date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.assurance import AssuranceLevel, Channel
from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.effective_policy import effective, is_at_least, weakened_fields
from otpguard.core.policy import RULES, Policy
from otpguard.core.policy_caps import minutes
from otpguard.core.policy_choices import Enforcement
from otpguard.core.policy_exception import (
    LONGEST,
    FloorException,
    PolicyOverTime,
    WhyNoException,
    can_be_excepted,
    moved_floor,
    over_time,
    reminder_is_due,
    running,
    why_refused,
)
from otpguard.core.presets import BASE, Preset, Tier, declared_floor, policy_pair_for
from tests.core.strategies import FIELD_VALUES, NOW, any_wishes, floor_exceptions, policies

AAL1, AAL2, AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3
several = st.lists(floor_exceptions(), max_size=4)
LATER = NOW + timedelta(days=30)
STRICT = replace(
    BASE, required_level=AAL3, ttl=minutes(10), allowed_channels=frozenset({Channel.SMS})
)
BOTTOM = replace(
    BASE,
    required_level=AAL2,
    ttl=minutes(20),
    allowed_channels=frozenset(Channel) - {Channel.EMAIL},
)


def excepted(field: str, value: object, *, ends: datetime = LATER) -> FloorException:
    return FloorException(field=field, value=value, expires_at=ends)


# --- where the floor goes -------------------------------------------------------------------------


@given(floor=policies, bottom=policies, exceptions=several)
def test_an_exception_only_loosens_and_only_its_own_field(
    floor: Policy, bottom: Policy, exceptions: list[FloorException]
) -> None:
    moved = moved_floor(floor, bottom=bottom, exceptions=exceptions)
    assert weakened_fields(moved, floor) == ()
    differ = {name for name in RULES if getattr(moved, name) != getattr(floor, name)}
    assert differ <= {each.field for each in exceptions if can_be_excepted(RULES[each.field])}


@given(floor=policies, bottom=policies, exceptions=several)
def test_no_exception_goes_below_the_bottom_but_where_the_floor_was_there_before(
    floor: Policy, bottom: Policy, exceptions: list[FloorException]
) -> None:
    moved = moved_floor(floor, bottom=bottom, exceptions=exceptions)
    for name, rule in RULES.items():
        lowest = rule.law.loosen(getattr(floor, name), getattr(bottom, name))
        assert rule.law.satisfies(getattr(moved, name), lowest), name


@given(floor=policies, bottom=policies, exceptions=several)
def test_the_order_of_exceptions_makes_no_difference(
    floor: Policy, bottom: Policy, exceptions: list[FloorException]
) -> None:
    there = moved_floor(floor, bottom=bottom, exceptions=exceptions)
    back = moved_floor(floor, bottom=bottom, exceptions=reversed(exceptions))
    assert there == back


@given(
    default=policies,
    floor=policies,
    bottom=policies,
    wished=st.lists(any_wishes, max_size=3),
    exceptions=several,
)
def test_under_any_exceptions_the_policy_keeps_to_the_moved_floor_and_the_caps(
    default: Policy,
    floor: Policy,
    bottom: Policy,
    wished: list[dict[str, Any]],
    exceptions: list[FloorException],
) -> None:
    moved = moved_floor(floor, bottom=bottom, exceptions=exceptions)
    result = effective(default=default, floor=moved, wishes=wished)
    assert is_at_least(result, moved)
    assert result.ttl <= minutes(15 if result.required_level is AAL3 else 30)
    assert result.code_ttl <= minutes(10)
    assert result.max_attempts <= 5


def test_an_exception_moves_the_floor_and_not_the_policy() -> None:
    moved = moved_floor(
        replace(BASE, required_level=AAL3),
        bottom=BOTTOM,
        exceptions=[excepted("required_level", AAL2)],
    )

    def level(default: AssuranceLevel, *wished: dict[str, Any]) -> AssuranceLevel:
        policy = replace(BASE, required_level=default)
        return effective(default=policy, floor=moved, wishes=wished).required_level

    assert level(AAL2) is AAL2
    assert level(AAL3) is AAL3, "nobody asked for less"
    assert level(AAL3, {"required_level": AAL2}) is AAL2
    assert level(AAL2, {"required_level": AAL3}) is AAL3
    assert level(AAL3, {"required_level": AAL1}) is AAL2


def test_a_set_gets_the_members_that_the_bottom_allows_and_keeps_its_own() -> None:
    asked = frozenset({Channel.VOICE, Channel.EMAIL})
    moved = moved_floor(STRICT, bottom=BOTTOM, exceptions=[excepted("allowed_channels", asked)])
    assert moved.allowed_channels == {Channel.SMS, Channel.VOICE}


@pytest.mark.parametrize("checkpoint", BUILT_IN.values(), ids=lambda each: each.slug)
@pytest.mark.parametrize("preset", Preset)
def test_what_a_checkpoint_itself_asks_stays_under_any_exception(
    checkpoint: Checkpoint, preset: Preset
) -> None:
    floor = policy_pair_for(checkpoint, preset=preset, tier=Tier.STANDARD).floor
    bottom = declared_floor(checkpoint)
    loosest = [
        excepted(name, value)
        for name, value in {
            "active": False,
            "required_level": AAL1,
            "binds_intent": False,
            "hold": timedelta(0),
            "allowed_channels": frozenset(Channel),
            "enforcement": Enforcement.REPORT_ONLY,
        }.items()
    ]
    moved = moved_floor(floor, bottom=bottom, exceptions=loosest)
    assert is_at_least(moved, bottom)
    assert moved.active or not checkpoint.always_on
    assert moved.enforcement is floor.enforcement


def test_the_guard_of_exceptions_themselves_stays_on_bound_and_at_aal2() -> None:
    found = declared_floor(BUILT_IN["security_settings"])
    assert (found.active, found.binds_intent, found.required_level) == (True, True, AAL2)


# --- until when -----------------------------------------------------------------------------------


@given(
    default=policies,
    floor=policies,
    bottom=policies,
    exceptions=several,
    seconds=st.integers(-20_000, 20_000),
)
def test_a_policy_over_time_is_at_every_moment_what_the_running_exceptions_make_it(
    default: Policy,
    floor: Policy,
    bottom: Policy,
    exceptions: list[FloorException],
    seconds: int,
) -> None:
    def policy_under(some: Sequence[FloorException]) -> Policy:
        moved = moved_floor(floor, bottom=bottom, exceptions=some)
        return effective(default=default, floor=moved)

    moments = [NOW + timedelta(seconds=seconds), *(each.expires_at for each in exceptions)]
    known = over_time(exceptions, policy_under)
    for now in moments:
        assert known.at(now) == policy_under(running(exceptions, now))
    assert known.at(max(moments)) == policy_under(())


@given(floor=policies, bottom=policies, exceptions=st.lists(floor_exceptions(expired=True)))
def test_an_expired_exception_is_as_if_it_had_never_been(
    floor: Policy, bottom: Policy, exceptions: list[FloorException]
) -> None:
    left = running(exceptions, NOW)
    assert moved_floor(floor, bottom=bottom, exceptions=left) == floor


def test_an_exception_ends_at_its_very_moment() -> None:
    one = excepted("ttl", minutes(20))
    assert running([one], LATER - timedelta(microseconds=1)) == (one,)
    assert running([one], LATER) == ()
    policy = over_time([one], lambda some: replace(BASE, max_attempts=1 + len(some)))
    assert policy.at(LATER - timedelta(microseconds=1)).max_attempts == 2
    assert policy.at(LATER).max_attempts == 1
    assert policy.at(LATER - timedelta(days=1)).max_attempts == 2, "a clock put back"


def test_a_policy_without_steps_never_changes() -> None:
    assert PolicyOverTime(afterwards=BASE).at(NOW) is BASE


# --- what may be granted --------------------------------------------------------------------------


def refused(field: str, value: object, ends: datetime = LATER) -> WhyNoException | None:
    wanted = excepted(field, value, ends=ends)
    return why_refused(wanted, floor=STRICT, bottom=BOTTOM, now=NOW)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("required_level", AAL2, None),
        ("required_level", AAL3, WhyNoException.NOTHING_TO_LOOSEN),
        ("required_level", AAL1, WhyNoException.TOO_LOW),
        ("ttl", minutes(20), None),
        ("ttl", minutes(10), WhyNoException.NOTHING_TO_LOOSEN),
        ("ttl", minutes(21), WhyNoException.TOO_LOW),
        ("allowed_channels", frozenset({Channel.VOICE}), None),
        ("allowed_channels", frozenset(), WhyNoException.NOTHING_TO_LOOSEN),
        ("allowed_channels", frozenset({Channel.EMAIL}), WhyNoException.TOO_LOW),
        ("active", False, WhyNoException.TOO_LOW),
        ("preferred_methods", (Channel.EMAIL,), WhyNoException.NO_FLOOR),
        ("enforcement", Enforcement.REPORT_ONLY, WhyNoException.NO_FLOOR),
    ],
)
def test_an_exception_is_between_floor_and_bottom(
    field: str, value: object, why: WhyNoException | None
) -> None:
    assert refused(field, value) is why


@given(floor=policies, bottom=policies, data=st.data())
def test_what_is_granted_loosens_its_field_to_what_was_asked_or_less(
    floor: Policy, bottom: Policy, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(list(RULES)))
    wanted = excepted(name, data.draw(FIELD_VALUES[name]))
    if why_refused(wanted, floor=floor, bottom=bottom, now=NOW) is None:
        moved = moved_floor(floor, bottom=bottom, exceptions=[wanted])
        assert getattr(moved, name) != getattr(floor, name)
        assert RULES[name].law.satisfies(wanted.value, getattr(moved, name))


def test_an_exception_ends_in_the_future_and_within_a_year() -> None:
    assert refused("ttl", minutes(20), NOW) is WhyNoException.ENDS_IN_THE_PAST
    assert refused("ttl", minutes(20), NOW + timedelta(microseconds=1)) is None
    assert refused("ttl", minutes(20), NOW + LONGEST) is None
    late = NOW + timedelta(days=365, microseconds=1)
    assert refused("ttl", minutes(20), late) is WhyNoException.TOO_LONG


# --- the reminder ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("life", "left", "due"),
    [
        (90, 15, False),
        (90, 14, True),
        (90, 1, True),
        (90, 0, False),
        (90, -1, False),
        (10, 6, False),
        (10, 5, True),
        (1, 0.4, True),
    ],
)
def test_a_reminder_is_due_two_weeks_before_or_in_the_second_half(
    life: float, left: float, due: bool
) -> None:
    ends = NOW + timedelta(days=left)
    found = reminder_is_due(
        created_at=ends - timedelta(days=life),
        expires_at=ends,
        ahead=timedelta(days=14),
        now=NOW,
    )
    assert found is due
