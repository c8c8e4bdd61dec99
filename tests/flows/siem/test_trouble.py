"""People are told of an outage once, and not of a hiccup."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.flows.siem.trouble import TOLD_AFTER, tell_of_failing
from otpguard.models import Event, Notice
from tests import factories
from tests.flows.siem.streaming import stream_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_a_hiccup_is_no_news() -> None:
    for since in (None, NOW - TOLD_AFTER + timedelta(seconds=1)):
        assert not tell_of_failing(stream_of(None, failing_since=since), reason="x", now=NOW)
    assert not Event.objects.exists()


def test_an_outage_is_told_to_the_admins_of_the_tenant_once() -> None:
    tenant = factories.tenant()
    admin = factories.member(tenant, roles=["admin"])
    factories.member(factories.tenant(), roles=["admin"])
    row = stream_of(tenant, failing_since=NOW - TOLD_AFTER)
    assert tell_of_failing(row, reason="HTTP 503", now=NOW)
    assert not tell_of_failing(row, reason="HTTP 503", now=NOW)
    row.told_at = None
    assert not tell_of_failing(row, reason="HTTP 503", now=NOW), "another worker has told"
    assert Notice.objects.get().user_id == admin.user_id
    assert Event.objects.get(kind="siem.failed").tenant_id == tenant.pk


def test_the_outage_of_a_stream_of_the_site_is_told_to_its_operators() -> None:
    boss = factories.user(is_staff=True, is_superuser=True)
    assert tell_of_failing(stream_of(None, failing_since=NOW - TOLD_AFTER), reason="x", now=NOW)
    assert Notice.objects.get().user_id == boss.pk
