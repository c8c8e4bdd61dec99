"""What contradicts TENANCY = "single" is said by number."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection, transaction
from django.test import override_settings

from otpguard.checks.options import check_settings
from otpguard.checks.single import check_single_row
from otpguard.tenants.single import SINGLE_ID
from tests import factories
from tests.checks.projects import CONSOLE, Case, Project, names, ours, try_check

SINGLE = {"PROVIDERS": CONSOLE, "TENANCY": "single"}
RIGHT = ours(**SINGLE, SINGLE_ROLES={"is_staff": ["reader"], "group:Billing": ["admin"]})
CASES: list[Case] = [
    ("otpguard.E002", ours(TENANCY="one"), RIGHT),
    ("otpguard.E002", ours(**SINGLE, SINGLE_ROLES={"is_staff": "admin"}), RIGHT),
    ("otpguard.E002", ours(**SINGLE, SINGLE_ROLES={"is_staff": ["Admin"]}), RIGHT),
    ("otpguard.E088", ours(**SINGLE, TENANT_DIRECTORY="x.Y"), RIGHT),
    ("otpguard.E088", {"TENANT_MODEL": "auth.Group", **RIGHT}, RIGHT),
    ("otpguard.E089", ours(**SINGLE, SINGLE_ROLES={"is_boss": ["admin"]}), RIGHT),
    ("otpguard.E089", ours(**SINGLE, SINGLE_ROLES={"username": ["admin"]}), RIGHT),
    ("otpguard.W088", ours(PROVIDERS=CONSOLE, SINGLE_ROLES={}), RIGHT),
]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_the_settings_are_checked(number: str, wrong: Project, right: Project) -> None:
    only = {"otpguard.E002", "otpguard.E088", "otpguard.E089", "otpguard.W088"}
    try_check(lambda: [m for m in check_settings() if m.id in only], number, wrong, right)


DATABASES: list[Case] = [("otpguard.W089", RIGHT, ours(PROVIDERS=CONSOLE))]


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "wrong", "right"), DATABASES, ids=names(DATABASES))
def test_the_row_is_looked_for(number: str, wrong: Project, right: Project) -> None:
    try_check(partial(check_single_row, databases=["default"]), number, wrong, right)


@pytest.mark.django_db
@override_settings(**RIGHT)
def test_a_row_that_is_missing_is_said_with_the_command_that_makes_it() -> None:
    check = partial(check_single_row, databases=["default"])
    (message,) = check()
    assert message.id == "otpguard.W089"
    assert "migrate" in message.msg
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_tenant RENAME TO otpguard_tenant_away")
        assert check() == []
        transaction.set_rollback(True)
    assert check_single_row(databases=None) == []
    factories.tenant(id=SINGLE_ID)
    assert check() == []
    with override_settings(OTPGUARD={}):
        assert check() == []
