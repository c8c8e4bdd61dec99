"""An operator is called once an hour for each provider."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from otpguard.core.outcome import Failure
from otpguard.flows.alarm import alarm, operators
from otpguard.models import Event, Notice
from otpguard.testing import send_notices
from tests import factories
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "provider.alarmed"


def test_the_sites_operators_are_told_and_nobody_else() -> None:
    boss = factories.staff()
    factories.user()
    factories.user(is_staff=True)
    factories.staff(is_active=False)
    assert operators() == [str(boss.pk)]
    assert alarm(provider="memory", failure=Failure.BALANCE, reason="http 402", now=timezone.now())
    notice = Notice.objects.get()
    assert (notice.kind, notice.user_id) == ("provider_alarmed", boss.pk)
    assert "balance" in Event.objects.get(kind=KIND).body
    assert send_notices() == 1
    assert mail.outbox == [], "the memory provider keeps it"


def test_it_rings_once_an_hour_for_each_provider_however_many_fail(settings: object) -> None:
    now = timezone.now()

    def ring() -> bool:
        return alarm(provider="memory", failure=Failure.AUTH_CONFIG, reason="401", now=now)

    assert sum(race(ring, threads=6)) == 1
    assert not ring()
    later = now + timedelta(hours=1)
    assert alarm(provider="memory", failure=Failure.AUTH_CONFIG, reason="401", now=later)
    assert alarm(provider="other", failure=Failure.AUTH_CONFIG, reason="401", now=now)
    assert Event.objects.filter(kind=KIND).count() == 3
