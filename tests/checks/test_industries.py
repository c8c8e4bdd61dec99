"""Tenants of an industry that stand below what reviews ask are named, and no other ones."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.db import connection, transaction
from django.test import override_settings

from otpguard.checks import industries
from otpguard.checks.industries import NAMED, check_industries
from otpguard.models import Tenant
from tests import factories
from tests.checks.projects import Case, Project, names, ours, try_check

pytestmark = pytest.mark.django_db

DATABASES: list[Case] = [("otpguard.W233", ours(), ours(PRESET="defensible"))]
TABLES: list[Case] = [("otpguard.W234", ours(), ours())]

check = partial(check_industries, databases=["default"])


@pytest.mark.parametrize(("number", "wrong", "right"), DATABASES, ids=names(DATABASES))
def test_the_preset_takes_it_away(number: str, wrong: Project, right: Project) -> None:
    factories.tenant("acme", industry="fintech")
    try_check(check, number, wrong, right)


@pytest.mark.parametrize(("number", "wrong", "_right"), TABLES, ids=names(TABLES))
def test_a_word_of_another_release_is_named(number: str, wrong: Project, _right: Project) -> None:
    row = factories.tenant("acme", industry="space_travel")
    with override_settings(**{**wrong, "OTPGUARD": {**wrong["OTPGUARD"], "PRESET": "defensible"}}):
        [message] = check()
        assert message.id == number
        assert message.msg.endswith("acme: space_travel.")
        Tenant.objects.filter(pk=row.pk).update(industry="")
        assert check() == []


def found(**changed: Any) -> list[CheckMessage]:
    with override_settings(**ours(**changed)):
        return check()


def test_it_says_who_and_where_and_what_to_set() -> None:
    factories.tenant("acme", industry="healthcare")
    [message] = found()
    assert "acme (healthcare): " in message.msg
    assert "billing_change" in message.msg
    assert 'PRESET = "defensible"' in message.msg


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"industry": "enterprise"},
        {"industry": "fintech", "status": Tenant.Status.SUSPENDED},
        {"industry": "fintech", "environment": Tenant.Environment.SANDBOX},
    ],
    ids=["none", "enterprise", "suspended", "sandbox"],
)
def test_who_names_none_or_is_held_high_enough_is_not_named(fields: dict[str, Any]) -> None:
    factories.tenant("acme", **fields)
    assert found() == []


def test_a_few_are_named_and_the_rest_counted() -> None:
    for at in range(NAMED + 2):
        factories.tenant(f"t{at}", industry="plg")
    [message] = found()
    assert message.msg.count("(plg)") == NAMED
    assert "and 2 more" in message.msg


def test_without_a_database_nothing_is_said() -> None:
    factories.tenant("acme", industry="fintech")
    assert check_industries(databases=None) == []
    assert check_industries(databases=["other"]) == []
    assert industries.check_industries() == []


def test_a_database_without_tables_tells_nothing() -> None:
    factories.tenant("acme", industry="fintech")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_tenant RENAME TO otpguard_tenant_away")
        assert found() == []
        transaction.set_rollback(True)
