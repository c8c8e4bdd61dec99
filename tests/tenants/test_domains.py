"""Whose domain an address has."""

from __future__ import annotations

import pytest

from otpguard.models import Tenant
from otpguard.tenants.domains import tenant_of_email
from tests import factories
from tests.verifying import DOMAIN, verified

pytestmark = pytest.mark.django_db


def test_only_a_verified_domain_of_an_active_tenant_counts() -> None:
    row = verified(factories.tenant())
    assert tenant_of_email(f"ann@{DOMAIN}") == row.tenant_id
    assert tenant_of_email("") is None
    assert tenant_of_email("ann") is None
    assert tenant_of_email("ann@other.example") is None
    Tenant.objects.update(status=Tenant.Status.SUSPENDED)
    assert tenant_of_email(f"ann@{DOMAIN}") is None
