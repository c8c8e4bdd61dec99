"""Waits, ceilings, lanes: what guessing costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.limits import (
    CEILING,
    SHARDS,
    SMALLEST_SHARD,
    Cap,
    CapName,
    Lane,
    Refund,
    after_success,
    caps_for_send,
    caps_for_start,
    decayed,
    is_closed,
    sharded,
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
        "factor": "f",
        "lane": Lane.OPEN,
        "strict": False,
        "sends": True,
        "unreadable_ip_limit": 60,
    }
    caps = caps_for_start(client_ip=client_ip, **{**known, **changed})
    return {cap.name: cap for cap in caps}


@pytest.mark.parametrize("sends", [True, False])
def test_a_client_whose_ip_address_cannot_be_read_is_charged_as_well(sends: bool) -> None:
    unknown = caps_of("", sends=sends, unreadable_ip_limit=7)
    cap = unknown[CapName.UNREADABLE_IP]
    assert (cap.key, cap.limit, cap.window) == ("", 7, timedelta(hours=1))
    known = caps_of("203.0.113.7", sends=sends)
    assert CapName.UNREADABLE_IP not in known
    assert set(unknown) ^ set(known) == {CapName.IP, CapName.UNREADABLE_IP}


def test_a_verified_challenge_takes_all_of_an_owners_uses_out() -> None:
    """The statement that records a proof at once relies on it."""
    messages = caps_for_send(
        challenge=UUID(int=1), tenant="t", channel="sms", tenant_limit=1_000, site_limit=1_000
    )
    found = [*caps_of("203.0.113.7").values(), *caps_of("", sends=False).values(), *messages]
    assert {cap.refund for cap in found} == {Refund.FULL}
    assert {cap.name for cap in messages} == {CapName.TENANT, CapName.SITE}


# --- shards ------------------------------------------------------------------------------------


def wide(limit: int) -> Cap:
    return Cap(name=CapName.SITE, key="k", limit=limit, window=timedelta(hours=1))


@given(limit=st.integers(0, 10_000), challenge=st.uuids())
def test_all_shards_together_never_have_more_room_than_the_cap(limit: int, challenge: UUID) -> None:
    part = sharded(wide(limit), challenge=challenge)
    if part.key == "k":
        assert part == wide(limit)
        assert limit < SHARDS * SMALLEST_SHARD
    else:
        assert limit - SHARDS < SHARDS * part.limit <= limit
        assert part.limit >= SMALLEST_SHARD


def test_challenges_are_spread_over_sixteen_shards() -> None:
    keys = {sharded(wide(160), challenge=UUID(int=number)).key for number in range(100)}
    assert len(keys) == 16
    assert sharded(wide(159), challenge=UUID(int=1)) == wide(159)
