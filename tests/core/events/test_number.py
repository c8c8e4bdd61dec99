"""Events of numbers: they hold the masked number and say how we know."""

from __future__ import annotations

from otpguard.core.events.base import field_names
from otpguard.core.events.number import NumberOptedIn, NumberOptedOut


def test_an_event_of_a_number_tells_channel_source_and_whose_factor() -> None:
    fields = ("channel", "provider", "source", "number", "factor")
    assert field_names(NumberOptedOut) == fields
    assert field_names(NumberOptedIn) == (*fields, "reason")
