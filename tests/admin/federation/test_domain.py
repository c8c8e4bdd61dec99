"""E-mail domains in the admin: added, looked at, removed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.core.federation.mail_domain import record_name, record_text
from otpguard.models import VerifiedDomain
from tests import factories
from tests.admin.acting import Act
from tests.dns_server import dns_server
from tests.verifying import DOMAIN

pytestmark = pytest.mark.django_db


def do(action: str, row: VerifiedDomain) -> str:
    return reverse(f"admin:otpguard_verifieddomain_do_{action}", args=[row.pk])


def page(site: Client, row: VerifiedDomain) -> str:
    url = reverse("admin:otpguard_verifieddomain_change", args=[row.pk])
    return site.get(url).content.decode()


def test_a_domain_is_added_shown_with_its_record_looked_at_and_removed(
    act: Act, site: Client, settings: Any
) -> None:
    path = "tests.dns_server.LoopbackTexts"
    settings.OTPGUARD = {**settings.OTPGUARD, "DOMAIN_RESOLVER": path}
    add = reverse("admin:otpguard_verifieddomain_do_add")
    act(add, tenant=factories.tenant().slug, domain=DOMAIN)
    row = VerifiedDomain.objects.get()
    shown = page(site, row)
    assert record_name(DOMAIN) in shown
    assert record_text(row.token) in shown
    assert "waiting for the record" in shown
    with dns_server() as zone:
        assert "not there yet" in act(do("check", row)).content.decode()
        zone.texts[record_name(DOMAIN)] = [record_text(row.token)]
        VerifiedDomain.objects.update(checked_at=None)
        assert "is verified" in act(do("check", row)).content.decode()
    row.refresh_from_db()
    assert row.verified_at is not None
    act(do("remove", row), reason="sold")
    assert not VerifiedDomain.objects.exists()


def test_a_mail_providers_domain_is_refused(act: Act) -> None:
    add = reverse("admin:otpguard_verifieddomain_do_add")
    answer = act(add, tenant=factories.tenant().slug, domain="gmail.com")
    assert "a domain of your own" in answer.content.decode()
    assert not VerifiedDomain.objects.exists()
