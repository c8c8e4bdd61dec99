"""Checks of senders: registrations that are missing, and brands that cost a second part."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from otpguard.checks.options import check_settings
from otpguard.checks.senders import check_senders
from otpguard.models import TenDlcRegistration
from tests import factories
from tests.channels.vendors import provider
from tests.checks.projects import Case, Project, names, ours, try_check

TEXTS = {"PROVIDERS": {"texts": provider(channels=["sms"])}}
CASES: list[Case] = [
    ("otpguard.W091", ours(**TEXTS, BRAND="Żabka"), ours(**TEXTS, BRAND="Acme")),
    ("otpguard.W091", ours(**TEXTS, BRAND="B" * 41), ours(**TEXTS, BRAND="B" * 40)),
]


TO_GERMANY = {"ROUTES": [{"PROVIDER": "texts", "COUNTRIES": ["DE"]}]}
DATABASES: list[Case] = [("otpguard.W090", ours(**TEXTS), ours(**TEXTS, **TO_GERMANY))]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_a_brand_that_costs_two_parts_is_told(number: str, wrong: Project, right: Project) -> None:
    try_check(check_settings, number, wrong, right)


def found(**changed: Any) -> list[CheckMessage]:
    with override_settings(OTPGUARD={**TEXTS, **changed}):
        return check_senders(databases=["default"])


def ids(**changed: Any) -> list[str]:
    return [str(each.id) for each in found(**changed)]


@pytest.mark.django_db
def test_a_number_of_ours_without_a_live_registration_is_told() -> None:
    [missing] = found()
    assert missing.id == "otpguard.W090"
    assert missing.msg.endswith("texts: missing.")
    row = TenDlcRegistration.objects.create(provider="texts", brand="Acme", status="submitted")
    assert found()[0].msg.endswith("texts: not approved.")
    factories.age(row, status="approved")
    assert ids() == []
    factories.age(row, expires_at=timezone.now())
    assert found()[0].msg.endswith("texts: expired.")


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "wrong", "right"), DATABASES, ids=names(DATABASES))
def test_a_route_that_reaches_no_us_number_needs_none(
    number: str, wrong: Project, right: Project
) -> None:
    try_check(partial(check_senders, databases=["default"]), number, wrong, right)


@pytest.mark.django_db
def test_a_tenants_brand_is_looked_at_where_the_words_are_ours() -> None:
    factories.tenant("zabka", brand="Żabka")
    factories.tenant("acme", brand="Acme")
    here = {"ROUTES": [{"PROVIDER": "texts", "COUNTRIES": ["PL"]}]}
    [told] = found(**here)
    assert told.id == "otpguard.W091"
    assert 'zabka, "Żabka": "Ż" is not in the GSM alphabet.' in told.msg
    assert ids(PROVIDERS={"chats": provider(channels=["whatsapp"])}) == []


def test_without_a_database_or_its_tables_nothing_is_said() -> None:
    assert check_senders() == []
    assert check_senders(databases=["other"]) == []


@pytest.mark.django_db
def test_with_a_database_that_is_away_or_wrong_settings_nothing_is_said() -> None:
    assert ids(PROVIDERS={"x": {"BACKEND": "no.such.thing"}}) == []
    assert ids(ROUTES=["nobody"]) == []
    assert ids(BRAND=7) == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_tendlcregistration RENAME TO elsewhere")
    assert ids() == []
