"""One question tells where a closer look is needed before a message goes out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.channels.breaker import Spot, note
from otpguard.channels.obstacles import Obstacles, columns, read
from otpguard.core.breaker import LEAST_TRIES, Tried
from otpguard.models import RouteSwitch, SenderRegistration
from tests.channels.test_senders import sender

pytestmark = pytest.mark.django_db(transaction=True)


def in_the_way(provider: str = "w", channel: str = "sms", country: str = "US") -> Obstacles:
    """What stands in the way of a delivery by this route."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns('d')} FROM (SELECT CAST(%s AS varchar(64)) AS provider,"
            " CAST(%s AS varchar(16)) AS channel, CAST(%s AS varchar(2)) AS country) d",
            [provider, channel, country],
        )
        return read(cursor.fetchone())


def test_mostly_there_is_nothing() -> None:
    note(Spot(provider="w", channel="sms", country="US"), Tried(), now=timezone.now())
    nothing = Obstacles(switches=False, breaker=False, registrations=False, senders=False)
    assert in_the_way() == nothing


def test_any_switch_that_was_not_ended_is_to_be_looked_at() -> None:
    RouteSwitch.objects.create(channel="voice", reason="x", ended_at=timezone.now())
    assert not in_the_way().switches
    RouteSwitch.objects.create(channel="voice", reason="x")
    assert in_the_way().switches


def test_a_breaker_that_is_not_closed_is_seen_from_its_country_alone() -> None:
    slow, now = Tried(slow=True), timezone.now()
    for _ in range(LEAST_TRIES):
        note(Spot(provider="w", channel="sms", country="DE"), slow, now=now)
    assert in_the_way(country="DE").breaker
    assert not in_the_way(country="US").breaker, "trouble in one country slows no other"


def test_one_that_is_not_closed_to_any_country_is_seen_from_every_one() -> None:
    fatal, now = Tried(failed=True, fatal=True), timezone.now() - timedelta(hours=1)
    note(Spot(provider="w", channel="sms", country="DE"), fatal, now=now)
    assert in_the_way().breaker, "its rest is over, but there is a trial to be taken"
    assert not in_the_way(channel="voice").breaker
    assert not in_the_way(provider="other").breaker


def test_registrations_and_senders_are_those_of_the_provider() -> None:
    SenderRegistration.objects.create(provider="w", brand="Acme", status="rejected")
    sender(provider="w")
    assert (in_the_way().registrations, in_the_way().senders) == (True, True)
    assert not in_the_way(provider="other").registrations
    assert not in_the_way(provider="other").senders
