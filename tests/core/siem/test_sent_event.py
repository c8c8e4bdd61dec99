"""How many events go at once, and what of them has columns."""

from __future__ import annotations

from otpguard.core.siem.sent_event import first_batch, plain_facts
from tests.core.siem.events import sent


def test_a_batch_ends_at_a_number_and_at_a_size() -> None:
    events = [sent(id=str(number), rendered=b"x" * 10) for number in range(5)]
    assert len(first_batch(events)) == 5
    assert len(first_batch(events, most=3)) == 3
    assert len(first_batch(events, size=25)) == 2
    assert len(first_batch(events, size=20)) == 2


def test_one_that_is_too_large_goes_alone() -> None:
    events = [sent(rendered=b"x" * 100), sent()]
    assert first_batch(events, size=50) == events[:1]
    assert first_batch([]) == []


def test_empty_facts_are_left_out() -> None:
    assert plain_facts({"actor": "7", "subject": "", "data": {}}) == {"actor": "7"}


def test_its_time_is_told_in_milliseconds() -> None:
    assert sent().milliseconds == 1_795_885_200_123
