"""Verified domains are looked at once a day, by a worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.federation.mail_domain import RECHECK_AFTER, record_name, record_text
from otpguard.flows.federation.due_domains import enqueue_due_domains, look_again
from otpguard.models import VerifiedDomain
from tests import factories
from tests.dns_server import dns_server
from tests.verifying import DOMAIN, verified

pytestmark = pytest.mark.django_db


def test_a_domain_comes_up_once_a_day_and_a_claim_never() -> None:
    now = timezone.now()
    verified(factories.tenant(), checked_at=now)
    verified(factories.tenant(), "waits.example", verified_at=None, checked_at=None)
    assert enqueue_due_domains(now=now + RECHECK_AFTER - timedelta(seconds=1)) == 0
    assert enqueue_due_domains(now=now + RECHECK_AFTER) == 1
    assert enqueue_due_domains(now=now + RECHECK_AFTER) == 0


def test_the_nightly_look_notes_that_the_record_is_there(settings: Any) -> None:
    path = "tests.dns_server.LoopbackTexts"
    settings.OTPGUARD = {**settings.OTPGUARD, "DOMAIN_RESOLVER": path}
    row, at = verified(factories.tenant()), timezone.now() + timedelta(days=1)
    with dns_server() as zone:
        zone.texts[record_name(DOMAIN)] = [record_text(row.token)]
        look_again(domain_id=str(row.pk), now=at)
    assert VerifiedDomain.objects.get().seen_at == at
    key = str(row.pk)
    row.delete()
    look_again(domain_id=key, now=at)
