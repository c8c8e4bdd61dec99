"""A test that commits leaves nothing behind."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from otpguard.models import Challenge, Delivery, Factor, Membership, Tenant
from tests.emptying import empty, full_tables
from tests.flows.setting import stopped


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is flushed by Django")
def test_every_row_goes_and_what_migrations_made_stays() -> None:
    made = (Permission.objects.count(), ContentType.objects.count())
    stopped().start()
    assert {"otpguard_challenge", "otpguard_tenant", "auth_user"} <= set(full_tables(connection))
    empty("default")
    assert full_tables(connection) == []
    for model in (Tenant, Membership, Factor, Challenge, Delivery):
        assert not model._default_manager.exists()
    assert (Permission.objects.count(), ContentType.objects.count()) == made
    assert all(made)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_the_next_test_finds_no_row(turn: int) -> None:
    assert not Tenant.objects.exists()
    stopped()
