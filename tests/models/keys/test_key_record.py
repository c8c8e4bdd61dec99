"""The table of keys: one line a key, one key a secret."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import KeyRecord, Tenant
from tests import factories

pytestmark = pytest.mark.django_db


def line(tenant: Tenant, reference: str = "7", **columns: object) -> KeyRecord:
    return KeyRecord.objects.create(tenant=tenant, reference=reference, name="ci", **columns)


def test_a_reference_is_there_once_in_a_tenant() -> None:
    tenant = factories.tenant()
    line(tenant)
    line(factories.tenant())
    with pytest.raises(IntegrityError), transaction.atomic():
        line(tenant)


def test_a_secret_opens_one_key_and_keys_without_one_are_many() -> None:
    tenant = factories.tenant()
    line(tenant, "1", digest="d" * 64)
    line(tenant, "2")
    line(tenant, "3")
    with pytest.raises(IntegrityError), transaction.atomic():
        line(factories.tenant(), digest="d" * 64)


def test_keys_go_with_their_tenant_and_stay_without_their_maker() -> None:
    member = factories.member(factories.tenant())
    row = line(member.tenant, created_at=timezone.now(), created_by=member.user)
    member.user.delete()
    row.refresh_from_db()
    assert row.created_by is None
    row.tenant.delete()
    assert not KeyRecord.objects.exists()
