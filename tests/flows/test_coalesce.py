"""Repeats are counted, not written (A11)."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from otpguard.flows.coalesce import KINDS, WINDOW, Coalescer

NOW = timezone.now()


def test_the_first_is_written_and_repeats_within_the_window_are_not() -> None:
    lately = Coalescer()
    assert lately.count("a", story="one", now=NOW) == ("one", 1)
    for second in range(1, 60):
        assert lately.count("a", story="new", now=NOW + timedelta(seconds=second)) == ("one", 0)


def test_the_count_of_repeats_rides_on_the_next_one() -> None:
    lately = Coalescer()
    lately.count("a", story="one", now=NOW)
    lately.count("a", story="two", now=NOW)
    lately.count("a", story="three", now=NOW)
    assert lately.count("a", story="four", now=NOW + WINDOW) == ("four", 3)


def test_kinds_do_not_share_a_count() -> None:
    lately = Coalescer()
    lately.count("a", story="one", now=NOW)
    assert lately.count("b", story="two", now=NOW) == ("two", 1)


def test_a_settled_matter_starts_a_new_story() -> None:
    lately = Coalescer()
    lately.count("a", story="one", now=NOW)
    lately.forget("a")
    assert lately.count("a", story="two", now=NOW) == ("two", 1)


def test_memory_is_bounded() -> None:
    lately = Coalescer()
    for number in range(KINDS + 1):
        lately.count(number, story="x", now=NOW)
    assert lately.count(0, story="again", now=NOW) == ("again", 1), "the oldest was forgotten"
    assert lately.count(KINDS, story="again", now=NOW) == ("x", 0)
