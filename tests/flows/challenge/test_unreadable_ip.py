"""Clients whose IP address cannot be read share one cap, and the log says so once an hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.unreadable_ip import note_unreadable_ip
from otpguard.models import Challenge, Event, Usage
from otpguard.testing.racing import race
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "client_ip.unrecognized"


def unknown(who: Stopped) -> Stopped:
    who.facts = replace(who.facts, client_ip="")
    return who


def test_they_share_one_cap_whoever_they_are(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "UNREADABLE_IP_LIMIT": 2}
    unknown(stopped()).start()
    unknown(stopped()).start()
    with pytest.raises(StartRefused) as refused:
        unknown(stopped()).start()
    assert refused.value.reason is StartReason.CAP_IP
    assert refused.value.retry_after > 3000
    assert Challenge.objects.count() == 2
    stopped().start()


def test_sixty_an_hour_may_start_unless_the_site_says_otherwise() -> None:
    unknown(stopped()).start()
    now = timezone.now()
    Usage.objects.bulk_create(
        Usage(cap="unreadable_ip", key="", at=now, challenge=uuid4()) for _ in range(58)
    )
    unknown(stopped()).start()
    with pytest.raises(StartRefused):
        unknown(stopped()).start()


def test_none_may_start_where_the_site_says_none(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "UNREADABLE_IP_LIMIT": 0}
    with pytest.raises(StartRefused):
        unknown(stopped()).start()
    assert Event.objects.filter(kind=KIND).count() == 1, "it is told of all the same"


def test_it_is_written_down_once_an_hour() -> None:
    now = timezone.now()
    for minutes in (0, 1, 59):
        note_unreadable_ip(now + timedelta(minutes=minutes))
    assert Event.objects.filter(kind=KIND).count() == 1
    for minutes in (61, 100, 122):
        note_unreadable_ip(now + timedelta(minutes=minutes))
    assert Event.objects.filter(kind=KIND).count() == 3


def test_of_many_at_once_one_writes_it_down() -> None:
    now = timezone.now()
    race(lambda: note_unreadable_ip(now), threads=8)
    assert Event.objects.filter(kind=KIND).count() == 1


def test_a_client_that_can_be_read_is_not_told_of() -> None:
    stopped().start()
    assert not Event.objects.filter(kind=KIND).exists()
