"""Where roles come from while there is one tenant only: the accounts, by SINGLE_ROLES."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import RequestFactory, override_settings

from otpguard.tenants.directory import SingleDirectory, directory, member_of, members_are_ours
from otpguard.tenants.single import (
    SINGLE_ID,
    is_single,
    is_the_one,
    roles_from,
    roles_of,
    select_flags,
)
from tests import factories

pytestmark = pytest.mark.django_db
ROLES = {
    "is_superuser": ["admin"],
    "group:Billing": ["billing_admin", "reader"],
    "is_staff": ["reader"],
}
SINGLE = override_settings(OTPGUARD={"TENANCY": "single"})
MAPPED = override_settings(OTPGUARD={"TENANCY": "single", "SINGLE_ROLES": ROLES})


def test_there_are_many_tenants_unless_the_settings_say_otherwise() -> None:
    assert not is_single()
    assert not is_the_one(SINGLE_ID)
    with SINGLE:
        assert is_the_one(str(SINGLE_ID))
        assert not is_the_one("")


@SINGLE
def test_superusers_are_admins_and_no_group_is_a_role_by_its_name() -> None:
    boss, plain = factories.staff(), factories.user()
    plain.groups.add(Group.objects.create(name="admin"))
    assert roles_of(str(boss.pk)) == {"admin"}
    assert roles_of(str(plain.pk)) == frozenset()


@MAPPED
def test_the_map_alone_gives_roles_by_columns_and_groups() -> None:
    billing = Group.objects.create(name="Billing")
    Group.objects.create(name="billing").user_set.add(factories.user("other"))
    person = factories.user("ann")
    assert roles_of(str(person.pk)) == frozenset()
    person.groups.add(billing, Group.objects.create(name="More"))
    assert roles_of(str(person.pk)) == {"billing_admin", "reader"}
    assert roles_of("987654") == roles_from(None) == frozenset()


@MAPPED
def test_the_column_of_the_guards_statement_says_the_same() -> None:
    person = factories.staff()
    person.groups.add(Group.objects.create(name="Billing"))
    sql, values = select_flags(str(person.pk))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", values)
        [flags] = cursor.fetchone()
    assert roles_from(flags) == {"admin", "billing_admin", "reader"}


@SINGLE
def test_every_request_is_about_the_one_tenant() -> None:
    made: Any = directory()
    assert isinstance(made, SingleDirectory)
    assert members_are_ours()
    assert made.tenant_for(RequestFactory().get("/")) == str(SINGLE_ID)


@SINGLE
def test_a_role_that_the_account_has_lost_counts_nowhere_though_it_is_written() -> None:
    boss = factories.staff()
    factories.member(factories.tenant(id=SINGLE_ID), boss, roles=["admin"])
    known = member_of(str(boss.pk), str(SINGLE_ID))
    assert known is not None
    assert known.roles == {"admin"}
    boss.is_superuser = False
    boss.save()
    known = member_of(str(boss.pk), str(SINGLE_ID))
    assert known is not None
    assert known.roles == frozenset()


@SINGLE
def test_a_role_that_is_not_written_yet_counts_nowhere() -> None:
    boss = factories.staff()
    factories.member(factories.tenant(id=SINGLE_ID), boss)
    known = member_of(str(boss.pk), str(SINGLE_ID))
    assert known is not None
    assert known.roles == frozenset()
