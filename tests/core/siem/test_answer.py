"""What a status means for a batch, and how long to wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.core.siem.answer import SinkAnswer, by_status, wait_after


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_success_takes_the_whole_batch(status: int) -> None:
    assert by_status(status, count=7) == SinkAnswer(taken=7)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_the_events_hold_can_be_at_fault(status: int) -> None:
    answer = by_status(status, count=7)
    assert (answer.taken, answer.too_much, answer.trouble) == (0, True, f"HTTP {status}")


@pytest.mark.parametrize("status", [301, 307, 401, 403, 404, 408, 410, 429, 500, 503])
def test_anything_else_is_no_fault_of_an_event(status: int) -> None:
    answer = by_status(status, count=7, wait=30)
    assert (answer.taken, answer.too_much, answer.wait) == (0, False, 30)


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_after(number, dice=0).total_seconds() for number in (1, 2, 3, 9, 10, 4_000)]
    assert waits == [2, 4, 8, 512, 900, 900]


def test_dice_take_up_to_half_of_it_away() -> None:
    assert wait_after(10, dice=1) == timedelta(seconds=450)


def test_a_longer_wait_that_was_asked_for_counts_up_to_an_hour() -> None:
    assert wait_after(1, dice=0, asked=60) == timedelta(seconds=60)
    assert wait_after(1, dice=0, asked=86_400) == timedelta(hours=1)
    assert wait_after(10, dice=0, asked=1) == timedelta(seconds=900)
