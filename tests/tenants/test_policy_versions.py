"""A policy version is used once."""

from __future__ import annotations

import pytest

from otpguard.tenants.policy_versions import move_version
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_version_moves_to_one_that_was_never_used() -> None:
    tenant, other = factories.tenant(), factories.tenant()
    seen = set()
    for _ in range(50):
        move_version(tenant)
        tenant.refresh_from_db()
        seen.add(tenant.policy_version)
    other.refresh_from_db()
    assert len(seen) == 50
    assert other.policy_version == 0


def test_without_a_tenant_all_of_them_move() -> None:
    tenants = [factories.tenant() for _ in range(3)]
    move_version(None)
    for tenant in tenants:
        tenant.refresh_from_db()
        assert tenant.policy_version != 0
