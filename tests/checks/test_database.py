"""Which database, where its tables are and what time it stores."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.test import override_settings

from otpguard.checks.database import check_database, check_tables
from tests.checks.projects import Case, Project, names, try_check

SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
IMMEDIATE = {"OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20}}

DATABASES: list[Case] = [
    (
        "otpguard.E014",
        {"ENGINE": "django.db.backends.mysql", "NAME": "x"},
        {"ENGINE": "django.db.backends.postgresql", "NAME": "x"},
    ),
    ("otpguard.E015", SQLITE, {**SQLITE, **IMMEDIATE}),
    ("otpguard.E015", {**SQLITE, "OPTIONS": {"timeout": 20}}, {**SQLITE, **IMMEDIATE}),
]


def databases() -> list[CheckMessage]:
    return check_database(databases=["default"])


@pytest.mark.parametrize(("number", "wrong", "right"), DATABASES, ids=names(DATABASES))
def test_a_database_is_checked_by_its_engine_and_options(
    number: str, wrong: Project, right: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not override_settings: Django warns of that, for open connections stay what they were.
    monkeypatch.setitem(django_settings.DATABASES, "default", wrong)
    assert [message.id for message in databases()] == [number]
    assert check_database(databases=None) == []
    monkeypatch.setitem(django_settings.DATABASES, "default", right)
    assert databases() == []


class Split:
    """A router that puts the named apps on a database of their own."""

    apps: frozenset[str] = frozenset()

    def db_for_write(self, model: Any, **_: Any) -> str | None:
        return "people" if model._meta.app_label in self.apps else None


class Apart(Split):
    apps = frozenset({"auth", "contenttypes"})


class Together(Split):
    apps = frozenset({"auth", "contenttypes", "otpguard", "django_otp"})


ROUTED = "tests.checks.test_database"
OTHERS = ["django.contrib.auth", "otpguard"]
SHARED = {"SHARED_APPS": OTHERS, "TENANT_APPS": ["tests.paper_list"]}
TYPES = {
    "public": {"APPS": ["django.contrib.auth", "otpguard.apps.OtpguardConfig"]},
    "shop": {"APPS": ["tests.paper_list"]},
}
TABLES: list[Case] = [
    (
        "otpguard.E085",
        {"DATABASE_ROUTERS": [f"{ROUTED}.Apart"]},
        {"DATABASE_ROUTERS": [f"{ROUTED}.Together"]},
    ),
    ("otpguard.E086", {**SHARED, "SHARED_APPS": ["django.contrib.auth"]}, SHARED),
    ("otpguard.E086", {**SHARED, "SHARED_APPS": ["otpguard"]}, SHARED),
    ("otpguard.E086", {**SHARED, "TENANT_APPS": ["otpguard"]}, SHARED),
    (
        "otpguard.E086",
        {"TENANT_TYPES": {**TYPES, "shop": {"APPS": ["otpguard"]}}},
        {"TENANT_TYPES": TYPES},
    ),
    ("otpguard.E087", {"USE_TZ": False}, {"USE_TZ": True}),
]


@pytest.mark.parametrize(("number", "wrong", "right"), TABLES, ids=names(TABLES))
def test_a_host_whose_tables_or_times_would_not_hold_together_is_told(
    number: str, wrong: Project, right: Project
) -> None:
    try_check(check_tables, number, wrong, right)


def test_the_tables_that_are_apart_are_named() -> None:
    with override_settings(DATABASE_ROUTERS=[f"{ROUTED}.Apart"]):
        (found,) = check_tables()
    assert "auth.User is (people): otpguard." in found.msg
