"""Text messages to US numbers leave no faster than their campaign allows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from otpguard.channels.breaker import RouteKey
from otpguard.channels.throughput import LONGEST_WAIT, reserve_turn
from otpguard.models import TenDlcRegistration
from otpguard.testing.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
US = RouteKey(provider="a", channel="sms", country="US")
NOTHING = timedelta(0)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def campaign(now: datetime, **columns: object) -> TenDlcRegistration:
    columns = {"provider": "a", "brand": "Acme", "status": "approved", "next_at": now, **columns}
    return TenDlcRegistration.objects.create(**columns)


def test_what_is_not_registered_or_goes_elsewhere_has_no_pace(now: datetime) -> None:
    assert [reserve_turn(US, now) for _ in range(3)] == [NOTHING] * 3
    campaign(now)
    for route_key in (
        RouteKey(provider="b", channel="sms", country="US"),
        RouteKey(provider="a", channel="voice", country="US"),
        RouteKey(provider="a", channel="sms", country="DE"),
    ):
        assert [reserve_turn(route_key, now) for _ in range(3)] == [NOTHING] * 3


def test_turns_are_spaced_and_end_a_second_ahead(now: datetime) -> None:
    campaign(now, per_second=4)
    waits = [reserve_turn(US, now) for _ in range(6)]
    assert waits == [timedelta(seconds=quarter / 4) for quarter in range(5)] + [None]
    assert waits[4] == LONGEST_WAIT
    assert reserve_turn(US, now + timedelta(seconds=2)) == NOTHING, (
        "an idle campaign saves up nothing"
    )


def test_of_many_workers_no_two_have_the_same_turn(now: datetime) -> None:
    campaign(now, per_second=10)
    waits = [wait for wait in race(lambda: reserve_turn(US, now), threads=8) if wait is not None]
    assert len(waits) == 8
    assert sorted(waits) == [timedelta(seconds=1) / 10 * at for at in range(8)]


def test_the_slowest_approved_campaign_sets_the_pace(now: datetime) -> None:
    campaign(now, brand="Draft", status="draft", per_second=1)
    campaign(now, brand="Rejected", status="rejected", per_second=1)
    campaign(now, brand="Fast", per_second=9)
    slow = campaign(now, brand="Slow", per_second=2)
    reserve_turn(US, now)
    slow.refresh_from_db()
    assert slow.next_at == now + timedelta(seconds=0.5)


def test_a_campaign_that_is_not_approved_yet_is_paced_as_well(now: datetime) -> None:
    campaign(now, status="submitted", per_second=1)
    assert [reserve_turn(US, now) for _ in range(3)] == [NOTHING, LONGEST_WAIT, None]
