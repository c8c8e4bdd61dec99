"""Who administers a tenant."""

from __future__ import annotations

import pytest

from otpguard.tenants.administrators import administrators_of, is_admin_anywhere
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


def test_an_administrator_of_any_tenant_is_one_while_both_are_active() -> None:
    role = ["member", "api_admin"]
    assert is_admin_anywhere(factories.member(factories.tenant(), roles=role).user.pk)
    ended = factories.member(factories.tenant(), roles=role, active=False)
    suspended = factories.member(factories.tenant(status="suspended"), roles=role)
    plain = factories.member(factories.tenant(), roles=["member"])
    assert not any(is_admin_anywhere(each.user.pk) for each in (ended, suspended, plain))
