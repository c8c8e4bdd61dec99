"""What speaks for a script at a form, the most severe first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.attempt import FormFacts
from otpguard.core.pumping.verdict import Action, Layer, assess
from otpguard.core.pumping.visitor_form.behavior import FormBehavior
from otpguard.core.pumping.visitor_form.bot import FASTEST_MS, look_for_bot

PERSON = FormFacts(checked=True, token_valid=True, filled_ms=FASTEST_MS)
UNTOUCHED = FormBehavior(pointer=0, key=0, touch=0, paste=0, first_ms=-1)


def test_a_person_is_let_in() -> None:
    assert look_for_bot(PERSON) is None


def test_without_a_form_of_ours_nothing_is_said() -> None:
    assert look_for_bot(FormFacts(honeypot_filled=True)) is None


@pytest.mark.parametrize(
    ("changed", "action", "reason", "level"),
    [
        ({"token_valid": False}, Action.REFUSE, "form_token", 0),
        ({"honeypot_filled": True}, Action.ANOTHER_WAY, "honeypot", 0),
        ({"captcha_passed": False}, Action.PROOF_OF_WORK, "captcha", 3),
        ({"filled_ms": FASTEST_MS - 1}, Action.PROOF_OF_WORK, "fast", 1),
        ({"filled_ms": None}, Action.PROOF_OF_WORK, "fast", 1),
        ({"behavior": UNTOUCHED}, Action.PROOF_OF_WORK, "untouched", 1),
    ],
)
def test_each_thing_that_speaks_for_a_script_has_its_answer(
    changed: dict[str, Any], action: Action, reason: str, level: int
) -> None:
    signal = look_for_bot(replace(PERSON, **changed))
    assert signal is not None
    assert (signal.layer, signal.action, signal.reason, signal.work_level) == (
        Layer.BOT,
        action,
        reason,
        level,
    )


def test_a_fast_form_passes_with_a_solved_puzzle() -> None:
    fast = replace(PERSON, filled_ms=0, work_level=1)
    signal = look_for_bot(fast)
    assert signal is not None
    assert assess([signal], work_level=fast.work_level).action is Action.SEND


def test_a_captcha_whose_vendor_did_not_say_speaks_for_nothing() -> None:
    assert look_for_bot(replace(PERSON, captcha_passed=None)) is None


@given(st.integers(0, 3), st.booleans(), st.one_of(st.none(), st.integers(0, 10_000)))
def test_no_work_buys_what_a_honeypot_or_a_forged_token_closes(
    level: int, valid: bool, filled: int | None
) -> None:
    form = FormFacts(
        checked=True,
        token_valid=valid,
        honeypot_filled=True,
        work_level=level,
        captcha_passed=True,
        filled_ms=filled,
    )
    signal = look_for_bot(form)
    assert signal is not None
    assert assess([signal], work_level=level).action >= Action.ANOTHER_WAY
