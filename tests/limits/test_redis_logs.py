"""Packed logs: what one call to Redis does, whatever the order of things."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import redis
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as drawing
from hypothesis import strategies as st

from otpguard.core.limits import Cap, CapFull, CapName, Charged
from otpguard.exceptions import StoreUnavailable
from otpguard.limits.redis_logs import PackedLogs
from otpguard.limits.sql import Use

NOW = timezone.now()
MINUTE = timedelta(minutes=1)
CAP = Cap(name=CapName.IP, key="203.0.113.7", limit=3, window=10 * MINUTE)


@pytest.fixture
def logs(redis_client: redis.Redis) -> PackedLogs:
    made = PackedLogs(str(settings.REDIS_URL), cluster=False, deadline=1.0)
    made.open("e")
    return made


def charge(
    logs: PackedLogs, *, now: datetime, challenge: UUID | None = None
) -> Charged | CapFull | None:
    return logs.charge("e", [CAP], challenge=challenge or uuid4(), now=now)


@drawing(max_examples=40, deadline=None)
@given(gaps=st.lists(st.integers(0, 400), min_size=1, max_size=25))
def test_no_window_ever_holds_more_uses_than_the_limit(gaps: list[int]) -> None:
    logs = PackedLogs(str(settings.REDIS_URL), cluster=False, deadline=1.0)
    epoch = uuid4().hex
    logs.open(epoch)
    passed: list[datetime] = []
    now = NOW
    for gap in gaps:
        now += timedelta(seconds=gap)
        found = logs.charge(epoch, [CAP], challenge=uuid4(), now=now)
        recent = [at for at in passed if at > now - CAP.window]
        assert isinstance(found, Charged) == (len(recent) < CAP.limit)
        if isinstance(found, Charged):
            passed.append(now)
        else:
            assert isinstance(found, CapFull)
            assert found.retry_after == recent[-CAP.limit] + CAP.window - now
    logs.close(epoch)


def test_a_use_that_is_dropped_leaves_its_place_to_another(logs: PackedLogs) -> None:
    middle = uuid4()
    for at, challenge in ((0, uuid4()), (1, middle), (2, uuid4())):
        assert charge(logs, now=NOW + at * MINUTE, challenge=challenge) == Charged()
    assert isinstance(charge(logs, now=NOW + 3 * MINUTE), CapFull)
    gone = Use(cap="ip", key=CAP.key, challenge=middle, at=NOW)
    logs.take_out("e", [gone, Use(cap="ip", key="another", challenge=middle, at=NOW)])
    assert charge(logs, now=NOW + 3 * MINUTE) == Charged()
    assert isinstance(charge(logs, now=NOW + 3 * MINUTE), CapFull)


def test_logs_that_were_loaded_count_as_if_they_had_been_charged(logs: PackedLogs) -> None:
    uses = [
        Use(cap="ip", key=CAP.key, challenge=uuid4(), at=NOW - minutes * MINUTE)
        for minutes in (1, 2, 9)
    ]
    logs.load("e", uses, kept=timedelta(days=1))
    assert charge(logs, now=NOW) == CapFull(cap=CapName.IP, retry_after=MINUTE)
    assert charge(logs, now=NOW + MINUTE) == Charged()


def test_an_epoch_that_is_closed_charges_nothing(logs: PackedLogs) -> None:
    logs.close("e")
    assert charge(logs, now=NOW) is None


def test_a_server_that_is_away_is_said_within_the_deadline_and_not_tried_again() -> None:
    away = PackedLogs("redis://127.0.0.1:1", cluster=False, deadline=0.05)
    with pytest.raises(StoreUnavailable):
        charge(away, now=NOW)
    with pytest.raises(StoreUnavailable):
        PackedLogs("redis://127.0.0.1:1", cluster=True, deadline=0.05).replid()
