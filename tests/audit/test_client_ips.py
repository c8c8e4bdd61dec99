"""What the events of the last hour say of where clients came from."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.client_ips import ClientIps, lately
from otpguard.audit.recorder import record
from otpguard.core.events.challenge import ChallengeStarted, ClientIpUnrecognized
from otpguard.models import Event

pytestmark = pytest.mark.django_db
NOW = timezone.now()
NOTHING = ClientIps(private=(), unreadable=False)


def started(client_ip: str, *, minutes: int = 1) -> None:
    at = NOW - timedelta(minutes=minutes)
    event = ChallengeStarted(factor="f", kind="phone", channels=[])
    record(event, Circumstances(now=at, client_ip=client_ip))


def unrecognized(*, minutes: int = 1) -> None:
    at = NOW - timedelta(minutes=minutes)
    record(ClientIpUnrecognized(trusted_proxies=0), Circumstances(now=at))


def test_private_ip_addresses_are_named_once_each() -> None:
    for client_ip in ("10.0.0.2", "10.0.0.1", "10.0.0.1", "203.0.113.7", "fd00::1", ""):
        started(client_ip)
    assert lately(NOW).private == ("10.0.0.1", "10.0.0.2", "fd00::1")
    assert not lately(NOW).unreadable


def test_an_ip_address_that_could_not_be_read_is_remembered() -> None:
    unrecognized()
    assert lately(NOW) == ClientIps(private=(), unreadable=True)


def test_what_is_older_than_an_hour_is_over() -> None:
    started("10.0.0.1", minutes=61)
    unrecognized(minutes=61)
    assert lately(NOW) == NOTHING


def test_an_event_that_was_tampered_with_tells_nothing() -> None:
    started("10.0.0.1")
    Event.objects.update(body="{}")
    assert lately(NOW) == NOTHING


def test_it_is_one_read(django_assert_num_queries: object) -> None:
    started("10.0.0.1")
    with django_assert_num_queries(1):
        lately(NOW)
