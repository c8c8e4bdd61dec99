"""Events of a closing say when it would have been, and there is one for each end."""

from __future__ import annotations

from otpguard.core.events.base import CATALOG, field_names

KINDS = [kind for kind in CATALOG if kind.code.startswith("closure.")]


def test_each_says_when_it_is_due() -> None:
    for kind in KINDS:
        assert field_names(kind)[0] == "held_until"


def test_a_closing_is_asked_for_and_then_canceled_or_done() -> None:
    assert {kind.code for kind in KINDS} == {"closure.asked", "closure.canceled", "closure.done"}
