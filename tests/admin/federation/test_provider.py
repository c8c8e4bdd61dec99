"""An identity provider is set up, captured, switched and removed in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.flows.federation.provider import change_provider
from otpguard.models import IdentityProvider
from tests import factories
from tests.admin.acting import Act
from tests.federating import idp, signed_in

pytestmark = pytest.mark.django_db

TYPED: dict[str, Any] = {
    "name": "Okta",
    "profile": "okta",
    "protocol": "oidc",
    "issuer": "https://acme.okta.example",
    "client_id": "abc",
    "amr": "mfa",
    "max_age": "300",
}


def do(action: str, row: IdentityProvider) -> str:
    return reverse(f"admin:otpguard_identityprovider_do_{action}", args=[row.pk])


def test_a_provider_is_set_up_changed_switched_and_removed(act: Act) -> None:
    tenant = factories.tenant()
    add = reverse("admin:otpguard_identityprovider_do_add")
    page = act(add, tenant=tenant.slug, **TYPED).content.decode()
    row = IdentityProvider.objects.get()
    assert "amr: mfa" in page
    change_provider(facts=factories.facts(), provider=row, values={}, secret="s3cret")
    changed = act(do("change", row), **{**TYPED, "amr": ""}).content.decode()
    row.refresh_from_db()
    assert (row.accepted, row.client_secret.reveal()) == ({}, "s3cret")
    assert "s3cret" not in changed
    act(do("switch", row), reason="left")
    row.refresh_from_db()
    assert not row.enabled
    act(do("remove", row), reason="left")
    assert not IdentityProvider.objects.exists()


def test_a_capture_shows_what_the_provider_really_sends(act: Act, site: Client) -> None:
    found = signed_in()
    assert "waiting" in act(do("capture", found.provider)).content.decode()
    found.accept()
    page = reverse("admin:otpguard_identityprovider_change", args=[found.provider.pk])
    assert "amr=mfa" in site.get(page).content.decode()


def test_a_value_that_never_counts_is_refused_with_its_reason(site: Client) -> None:
    row = idp(factories.tenant())
    listed = site.get(reverse("admin:otpguard_identityprovider_changelist"))
    assert row.issuer in listed.content.decode()
    assert "amr" in site.get(do("change", row)).content.decode()
