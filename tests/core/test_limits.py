"""Waits, ceilings, lanes: what guessing costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.limits import (
    CEILING,
    Cap,
    CapName,
    Lane,
    after_success,
    caps_for_start,
    decayed,
    is_closed,
    wait_after,
)
from tests.core.strategies import NOW, spans

lanes = st.sampled_from(Lane)
counts = st.integers(0, 100)
ages = spans(0, 200 * 86_400)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (11, 1920), (12, 3600), (13, 3600), (10**6, 3600)],
)
def test_the_wait_doubles_from_half_a_minute_to_an_hour(failures: int, seconds: int) -> None:
    assert wait_after(failures) == timedelta(seconds=seconds)


@given(failures=st.integers(0, 10_000))
def test_waits_never_shrink_as_failures_grow(failures: int) -> None:
    assert wait_after(failures + 1) >= wait_after(failures)


def test_all_lanes_together_stay_within_the_hundred_failures_of_nist() -> None:
    """NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failed attempts."""
    assert sum(CEILING.values()) <= 100
    assert set(CEILING) == set(Lane)


@pytest.mark.parametrize("lane", Lane)
def test_a_lane_closes_at_its_ceiling(lane: Lane) -> None:
    assert not is_closed(lane, CEILING[lane] - 1)
    assert is_closed(lane, CEILING[lane])
    assert is_closed(lane, CEILING[lane] + 1)


@given(failures=counts)
def test_success_clears_the_known_lane_and_never_the_open_one(failures: int) -> None:
    assert after_success(Lane.KNOWN, failures) == 0
    assert after_success(Lane.OPEN, failures) == failures


@pytest.mark.parametrize(
    ("failures", "age", "left"),
    [
        (10, timedelta(hours=23, minutes=59), 10),
        (10, timedelta(days=1), 9),
        (10, timedelta(days=3, hours=5), 7),
        (10, timedelta(days=50), 0),
        (79, timedelta(days=1), 78),
        (80, timedelta(days=500), 80),
    ],
    ids=str,
)
def test_the_open_lane_forgets_one_failure_a_day_until_it_is_closed(
    failures: int, age: timedelta, left: int
) -> None:
    assert decayed(Lane.OPEN, failures, last_failure=NOW - age, now=NOW) == left


@given(failures=counts, age=ages)
def test_the_known_lane_does_not_decay(failures: int, age: timedelta) -> None:
    assert decayed(Lane.KNOWN, failures, last_failure=NOW - age, now=NOW) == failures


@given(lane=lanes, failures=counts, age=spans(-86_400, 86_400 * 200), later=ages)
def test_decay_only_ever_goes_down_and_never_below_nothing(
    lane: Lane, failures: int, age: timedelta, later: timedelta
) -> None:
    """Also when the clock went backwards: a failure from the future counts in full."""
    last = NOW - age
    now_left = decayed(lane, failures, last_failure=last, now=NOW)
    later_left = decayed(lane, failures, last_failure=last, now=NOW + later)
    assert 0 <= later_left <= now_left <= failures


@given(lane=lanes, extra=st.integers(0, 50), age=ages)
def test_a_closed_lane_never_opens_by_waiting(lane: Lane, extra: int, age: timedelta) -> None:
    failures = CEILING[lane] + extra
    assert is_closed(lane, decayed(lane, failures, last_failure=NOW - age, now=NOW))


def caps_of(client_ip: str, **changed: Any) -> dict[CapName, Cap]:
    known: dict[str, Any] = {
        "sid": "s",
        "user": "7",
        "factor": "f",
        "lane": Lane.OPEN,
        "phone_index": "p",
        "confirmed": True,
        "strict": False,
        "unreadable_ip_limit": 60,
        "sends": True,
    }
    caps = caps_for_start(client_ip=client_ip, **{**known, **changed})
    return {cap.name: cap for cap in caps}


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_client_whose_ip_address_cannot_be_read_is_charged_as_well(confirmed: bool) -> None:
    unknown = caps_of("", confirmed=confirmed, unreadable_ip_limit=7)
    cap = unknown[CapName.UNREADABLE_IP]
    assert (cap.key, cap.limit, cap.window) == ("", 7, timedelta(hours=1))
    known = caps_of("203.0.113.7", confirmed=confirmed)
    assert CapName.UNREADABLE_IP not in known
    assert set(unknown) ^ set(known) == {CapName.IP, CapName.UNREADABLE_IP}


def test_a_visitor_is_charged_by_browser_address_and_number_and_not_as_a_person() -> None:
    mine = caps_of("203.0.113.7", sid="", user="", browser="b", factor="", confirmed=False)
    assert {name: cap.key for name, cap in mine.items()} == {
        CapName.BROWSER: "b",
        CapName.IP: "203.0.113.7",
        CapName.NUMBER: "p",
    }
    theirs = caps_of("203.0.113.7", confirmed=False)
    for name in (CapName.IP, CapName.NUMBER):
        assert mine[name] == theirs[name], "one cap for both"
    assert (mine[CapName.BROWSER].limit, mine[CapName.BROWSER].window) == (20, timedelta(hours=1))
