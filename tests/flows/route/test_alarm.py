"""An operator is called once an hour for each provider."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.outcome import Failure, FailureScope, Unavailable
from otpguard.flows.route.alarm import raise_alarm
from otpguard.models import Event, Notice
from otpguard.tenants.administrators import operators
from otpguard.testing import send_notices
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "provider.alarmed"
REFUSED = Unavailable(reason="http 401", failure=Failure.AUTH_CONFIG)


def test_the_sites_operators_are_told_and_nobody_else() -> None:
    boss = factories.staff()
    factories.user()
    factories.user(is_staff=True)
    factories.staff(is_active=False)
    assert operators() == [str(boss.pk)]
    broke = Unavailable(reason="http 402", failure=Failure.BALANCE)
    assert raise_alarm(provider="memory", failed=broke, now=timezone.now())
    notice = Notice.objects.get()
    assert (notice.kind, notice.user_id) == ("provider_alarmed", boss.pk)
    assert "balance" in Event.objects.get(kind=KIND).body
    assert send_notices() == 1
    assert mail.outbox == [], "the memory provider keeps it"


def test_it_rings_once_an_hour_for_each_provider_however_many_fail(settings: object) -> None:
    now = timezone.now()

    def ring() -> bool:
        return raise_alarm(provider="memory", failed=REFUSED, now=now)

    assert sum(race(ring, threads=6)) == 1
    assert not ring()
    later = now + timedelta(hours=1)
    assert raise_alarm(provider="memory", failed=REFUSED, now=later)
    assert raise_alarm(provider="other", failed=REFUSED, now=now)
    assert Event.objects.filter(kind=KIND).count() == 3


def test_trouble_of_the_account_is_told_though_that_of_a_sender_was_told_before() -> None:
    factories.staff()
    now = timezone.now()
    sender = replace(REFUSED, scope=FailureScope.SENDER, probable=True)
    assert raise_alarm(provider="memory", failed=sender, now=now)
    assert not raise_alarm(provider="memory", failed=sender, now=now)
    assert raise_alarm(provider="memory", failed=REFUSED, now=now)
    assert not raise_alarm(provider="memory", failed=REFUSED, now=now)
    assert not raise_alarm(provider="memory", failed=sender, now=now)
    bodies = [json.loads(event.body)["data"] for event in Event.objects.filter(kind=KIND)]
    assert sorted((body["scope"], body["probable"]) for body in bodies) == [
        ("account", False),
        ("sender", True),
    ]
    send_notices()
    texts = sorted(message.text for message in SENT)
    assert "refuses some of our messages" in texts[1] + texts[0]
    assert any("refuses us" in text for text in texts)
