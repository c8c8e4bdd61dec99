"""Text messages to US numbers leave no faster than their campaign allows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from otpguard.channels.breaker import Spot
from otpguard.channels.pace import LONGEST_WAIT, turn
from otpguard.models import SenderRegistration
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
US = Spot(provider="a", channel="sms", country="US")
NOTHING = timedelta(0)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def registered(now: datetime, **columns: object) -> SenderRegistration:
    columns = {"provider": "a", "brand": "Acme", "status": "approved", "next_at": now, **columns}
    return SenderRegistration.objects.create(**columns)


def test_what_is_not_registered_or_goes_elsewhere_has_no_pace(now: datetime) -> None:
    assert [turn(US, now) for _ in range(3)] == [NOTHING] * 3
    registered(now)
    for spot in (
        Spot(provider="b", channel="sms", country="US"),
        Spot(provider="a", channel="voice", country="US"),
        Spot(provider="a", channel="sms", country="DE"),
    ):
        assert [turn(spot, now) for _ in range(3)] == [NOTHING] * 3


def test_turns_are_spaced_and_end_a_second_ahead(now: datetime) -> None:
    registered(now, per_second=4)
    waits = [turn(US, now) for _ in range(6)]
    assert waits == [timedelta(seconds=quarter / 4) for quarter in range(5)] + [None]
    assert waits[4] == LONGEST_WAIT
    assert turn(US, now + timedelta(seconds=2)) == NOTHING, "an idle campaign saves up nothing"


def test_of_many_workers_no_two_have_the_same_turn(now: datetime) -> None:
    registered(now, per_second=10)
    waits = [wait for wait in race(lambda: turn(US, now), threads=8) if wait is not None]
    assert len(waits) == 8
    assert sorted(waits) == [timedelta(seconds=1) / 10 * at for at in range(8)]


def test_the_slowest_approved_campaign_sets_the_pace(now: datetime) -> None:
    registered(now, brand="Draft", status="draft", per_second=1)
    registered(now, brand="Rejected", status="rejected", per_second=1)
    registered(now, brand="Fast", per_second=9)
    slow = registered(now, brand="Slow", per_second=2)
    turn(US, now)
    slow.refresh_from_db()
    assert slow.next_at == now + timedelta(seconds=0.5)


def test_a_campaign_that_is_not_approved_yet_is_paced_as_well(now: datetime) -> None:
    registered(now, status="submitted", per_second=1)
    assert [turn(US, now) for _ in range(3)] == [NOTHING, LONGEST_WAIT, None]
