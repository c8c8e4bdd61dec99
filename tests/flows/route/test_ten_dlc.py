"""10DLC registrations: recorded, changed and missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.route.ten_dlc import (
    TEN_DLC_FIELDS,
    Lack,
    WithoutTenDlc,
    add_ten_dlc,
    change_ten_dlc,
    without_ten_dlc,
)
from otpguard.models import Event, TenDlcRegistration
from tests import factories
from tests.channels.vendors import provider

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _vendors(settings: Any) -> None:
    settings.OTPGUARD = {
        "PROVIDERS": {
            "texts": provider(),
            "calls": provider(channels=["voice"]),
            "dev": {"BACKEND": "otpguard.channels.providers.memory.Memory"},
        }
    }


def add(**values: Any) -> TenDlcRegistration:
    facts = factories.facts(factories.staff())
    return add_ten_dlc(facts=facts, provider="texts", values={"brand": "Acme", **values})


def test_a_ten_dlc_registration_is_recorded_and_changed_with_events() -> None:
    made = add(campaign="C1", per_second=10)
    facts = factories.facts(factories.staff())
    changed = change_ten_dlc(
        facts=facts, ten_dlc=made, values={"status": "approved", "per_second": 10}
    )
    assert changed == ("status",)
    assert change_ten_dlc(facts=facts, ten_dlc=made, values={"per_second": 10}) == ()
    made.refresh_from_db()
    assert made.status == "approved"
    rows = Event.objects.filter(kind="sender.changed")
    assert rows.count() == 2
    assert "Acme/C1" in rows[0].body


def test_what_cannot_be_is_refused() -> None:
    made = add(campaign="C1")
    facts = factories.facts(factories.staff())
    with pytest.raises(InvalidInput, match="already"):
        add(campaign="C1")
    with pytest.raises(InvalidInput, match="no provider of that name"):
        add_ten_dlc(facts=facts, provider="nobody", values={"brand": "Acme"})
    with pytest.raises(InvalidInput, match="one message"):
        change_ten_dlc(facts=facts, ten_dlc=made, values={"per_second": 0})
    with pytest.raises(ValueError, match="no columns"):
        change_ten_dlc(facts=facts, ten_dlc=made, values={"next_at": facts.now})
    other = add(campaign="C2")
    with pytest.raises(InvalidInput, match="already"):
        change_ten_dlc(facts=facts, ten_dlc=other, values={"campaign": "C1"})


def test_only_the_site_registers() -> None:
    made, tenant = add(), factories.tenant()
    for facts in (factories.facts(factories.user()), factories.facts(factories.staff(), tenant)):
        with pytest.raises(NotAllowed, match="site"):
            add_ten_dlc(facts=facts, provider="texts", values={"brand": "B"})
        with pytest.raises(NotAllowed, match="site"):
            change_ten_dlc(facts=facts, ten_dlc=made, values={"brand": "B"})


def test_only_who_texts_us_numbers_by_a_campaign_of_ours_is_missed(now: datetime) -> None:
    assert without_ten_dlc(now=now) == (WithoutTenDlc(provider="texts", lack=Lack.MISSING),)
    row = add(status="submitted", expected_at=now + timedelta(weeks=3), interim="dev")
    assert without_ten_dlc(now=now) == (
        WithoutTenDlc(
            provider="texts",
            lack=Lack.NOT_APPROVED,
            expected_at=now + timedelta(weeks=3),
            interim="dev",
        ),
    )
    factories.age(row, status="approved", expires_at=now + timedelta(days=1))
    assert without_ten_dlc(now=now) == ()
    [late] = without_ten_dlc(now=now + timedelta(days=1))
    assert late.lack is Lack.EXPIRED


def test_a_route_to_other_countries_needs_none(settings: Any, now: datetime) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "ROUTES": [{"PROVIDER": "texts", "COUNTRIES": ["DE"]}],
    }
    assert without_ten_dlc(now=now) == ()


def test_every_column_that_operators_set_is_named() -> None:
    columns = {field.name for field in TenDlcRegistration._meta.concrete_fields}
    assert columns - set(TEN_DLC_FIELDS) == {"id", "provider", "next_at"}


@pytest.fixture
def now() -> datetime:
    return timezone.now()
