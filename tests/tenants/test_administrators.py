"""Who administers a tenant."""

from __future__ import annotations

import pytest

from otpguard.tenants.administrators import administrators_of
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_active_administrators_of_a_tenant_and_nobody_else() -> None:
    tenant = factories.tenant()
    both = factories.member(tenant, roles=["admin", "member"])
    factories.member(tenant, roles=["billing_admin"])
    factories.member(tenant, roles=["admin"], active=False)
    factories.member(tenant, factories.user(is_active=False), roles=["admin"])
    factories.member(factories.tenant(), roles=["admin"])
    assert administrators_of(tenant.pk) == [str(both.user.pk)]


def test_the_site_has_none() -> None:
    factories.staff()
    assert administrators_of(None) == []
