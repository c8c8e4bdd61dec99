"""The foot of the Security page leads where somebody may go and where there is something."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from otpguard.models import BillingChange, Release
from otpguard.web.security.links import foot_links
from tests import factories
from tests.host import Host

pytestmark = pytest.mark.django_db
LINK = re.compile(r'class="og-link" href="/security/(\w+)/"')


def shown(client: Client) -> list[str]:
    return LINK.findall(client.get("/security/").content.decode())


def test_an_administrator_finds_the_pages_of_the_organization(host: Host) -> None:
    assert shown(host.client) == ["team", "approvals", "holds", "emergency"]


def test_exports_and_billing_changes_are_there_once_there_are_any(host: Host) -> None:
    terms = {"job": "people", "format": "csv", "checkpoint": "data_export", "downloads_left": 1}
    Release.objects.create(
        tenant=host.tenant, user=host.user, event=uuid4(), held_until=timezone.now(), **terms
    )
    BillingChange.objects.create(
        tenant=host.tenant, by=host.user, field="payout_account", at=timezone.now()
    )
    assert shown(host.client) == [
        "team",
        *("approvals", "holds", "emergency", "releases", "billing"),
    ]
    other = factories.member(host.tenant).user
    assert shown(factories.login(Client(), other, host.tenant)) == []
    assert shown(factories.login(Client(), host.user, factories.tenant())) == []


def test_outside_a_tenant_there_is_nothing() -> None:
    assert foot_links(factories.facts(factories.user())) == []
