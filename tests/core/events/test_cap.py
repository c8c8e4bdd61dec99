"""The events of raised limits say what was raised, and name nobody."""

from __future__ import annotations

from dataclasses import fields

from otpguard.core.events.cap import CapRaiseEnded, CapWasRaised


def test_both_say_which_row_key_and_limit_and_why() -> None:
    for kind in (CapWasRaised, CapRaiseEnded):
        assert {"cap_raise", "row", "key", "limit", "reason"} <= {
            each.name for each in fields(kind)
        }
