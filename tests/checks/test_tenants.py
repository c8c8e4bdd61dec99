"""A project whose tenants are its own is told which of them otpguard does not know."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import override_settings

from otpguard.checks.tenants import check_external_ids, check_tenant_model
from otpguard.tenants.directory import OurMembers
from tests import factories
from tests.checks.projects import Case, Project, names, ours, try_check

pytestmark = pytest.mark.django_db


class ByHeader(OurMembers):
    """Reads no `request.tenant`."""

    def tenant_for(self, request: Any) -> str:
        return ""


HERE = ours(TENANT_DIRECTORY=f"{__name__}.ByHeader")
CASES: list[Case] = [
    ("otpguard.I081", {"TENANT_MODEL": "auth.Group"}, {"TENANT_MODEL": "otpguard.Tenant"}),
    ("otpguard.I081", {"TENANT_MODEL": "auth.Group"}, {"TENANT_MODEL": "auth.Group", **HERE}),
]
DATABASES: list[Case] = [
    ("otpguard.W081", {"TENANT_MODEL": "auth.Group"}, {"TENANT_MODEL": "otpguard.Tenant"}),
    ("otpguard.W081", {"TENANT_MODEL": "auth.Group"}, {"TENANT_MODEL": "auth.Nothing"}),
]

check = partial(check_external_ids, databases=["default"])


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_the_setting_tells_whose_tenants_there_are(
    number: str, wrong: Project, right: Project
) -> None:
    try_check(check_tenant_model, number, wrong, right)


@pytest.mark.parametrize(("number", "wrong", "right"), DATABASES, ids=names(DATABASES))
def test_tenants_without_an_organization_are_found(
    number: str, wrong: Project, right: Project
) -> None:
    Group.objects.create(name="Acme")
    try_check(check, number, wrong, right)


@override_settings(TENANT_MODEL="auth.Group")
def test_each_one_is_named_until_it_has_its_organization() -> None:
    groups = [Group.objects.create(name=f"g{each}") for each in range(5)]
    (message,) = check()
    assert f"Requests of {groups[0].pk}, {groups[1].pk}, {groups[2].pk} and more" in message.msg
    for group in groups:
        factories.tenant(external_id=str(group.pk))
    assert check() == []
    assert check_external_ids(databases=None) == []


@override_settings(TENANT_MODEL="auth.Group")
def test_a_database_without_tables_tells_nothing() -> None:
    Group.objects.create(name="Acme")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_tenant RENAME TO otpguard_tenant_away")
        assert check() == []
        transaction.set_rollback(True)
