"""When a release opens and closes, who still has it, and what it is called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from otpguard.core.release.terms import (
    ENDED,
    LIVE,
    TRIES,
    WAIT,
    ReleaseState,
    file_name,
    is_still_entitled,
    next_try,
    window_of,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_hold_runs_from_the_request_not_from_the_file() -> None:
    window = window_of(held_until=NOON + HOUR, ready_at=NOON, life=24 * HOUR)
    assert (window.opens_at, window.closes_at) == (NOON + HOUR, NOON + 25 * HOUR)


def test_a_file_that_took_longer_than_its_hold_opens_at_once() -> None:
    window = window_of(held_until=NOON, ready_at=NOON + HOUR, life=HOUR)
    assert (window.opens_at, window.closes_at) == (NOON + HOUR, NOON + 2 * HOUR)


def test_a_lost_role_ends_it_and_a_new_one_does_not() -> None:
    had = frozenset({"admin"})
    assert is_still_entitled(active=True, had=had, has=had | {"member"})
    assert not is_still_entitled(active=True, had=had, has=frozenset({"member"}))
    assert not is_still_entitled(active=False, had=had, has=had)


def test_tries_come_later_and_later_and_end() -> None:
    found = [next_try(tries=number, now=NOON) for number in range(1, TRIES + 1)]
    assert found == [NOON + WAIT, NOON + 2 * WAIT, None]


def test_every_state_is_live_or_over() -> None:
    assert set(LIVE) | set(ENDED) == set(ReleaseState)
    assert not set(LIVE) & set(ENDED)


def test_a_file_is_called_after_its_job_and_event() -> None:
    assert file_name(job="people", event="e1", name="csv") == "people-e1.csv"
