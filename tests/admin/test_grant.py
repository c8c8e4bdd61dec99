"""Buttons on grants: revoke."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import Event, Grant
from tests import factories
from tests.admin.acting import Act

pytestmark = pytest.mark.django_db


def revoke(grant: Grant) -> str:
    return reverse("admin:otpguard_grant_do_revoke", args=[grant.pk])


def test_a_grant_is_revoked_alone(act: Act) -> None:
    person, tenant = factories.user(), factories.tenant()
    grant, other = factories.grant(person, tenant), factories.grant(person, tenant)
    page = act(revoke(grant), reason="shared screen").content.decode()
    assert "revoked" in page
    grant.refresh_from_db()
    other.refresh_from_db()
    assert grant.revoked_at is not None
    assert other.revoked_at is None
    assert Event.objects.get(kind="grant.revoked").tenant_id == tenant.pk


def test_what_is_revoked_is_not_offered_again(site: Client) -> None:
    grant = factories.grant(factories.user(), factories.tenant(), revoked_at=timezone.now())
    page = site.get(reverse("admin:otpguard_grant_change", args=[grant.pk]))
    assert revoke(grant) not in page.content.decode()
    assert site.post(revoke(grant), {"reason": "x"}).status_code == 302


def test_used_bound_and_live_grants_read_as_such(site: Client) -> None:
    person = factories.user()
    factories.grant(person, None, intent="x", uses_left=0)
    factories.grant(person, None, passed=["api_key"])
    page = site.get(reverse("admin:otpguard_grant_changelist")).content.decode()
    assert ">used<" in page
    assert ">live<" in page
    assert "Create or rotate an API key" in page
