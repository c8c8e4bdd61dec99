"""The figures of a sweep survive the way to the doctor that asks for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from otpguard.core.sweep_run import SweepRun

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
RUN = SweepRun(ended_at=NOW, took=timedelta(milliseconds=7), rows=3, rounds=5, rows_in_all=40)


def test_what_is_told_is_read_again() -> None:
    assert SweepRun.of(RUN.data()) == RUN


def test_what_says_something_else_is_no_run() -> None:
    assert SweepRun.of({}) is None
    assert SweepRun.of({**RUN.data(), "ended_at": "yesterday"}) is None
    assert SweepRun.of({**RUN.data(), "took": None}) is None


def test_each_round_adds_to_those_before() -> None:
    later = NOW + timedelta(seconds=1)
    following = RUN.following(ended_at=later, took=timedelta(0), rows=2, failed=True)
    assert (following.rows, following.rounds, following.rows_in_all) == (2, 6, 42)
    assert (following.ended_at, following.failed) == (later, True)
