"""10DLC registrations: recorded, changed and missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.exceptions import NotAllowed
from otpguard.flows.registration import (
    FIELDS,
    Lack,
    Unregistered,
    add_registration,
    change_registration,
    unregistered,
)
from otpguard.models import Event, SenderRegistration
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


def add(**values: Any) -> SenderRegistration:
    facts = factories.facts(factories.staff())
    return add_registration(facts=facts, provider="texts", values={"brand": "Acme", **values})


def test_a_registration_is_recorded_and_changed_with_events() -> None:
    made = add(campaign="C1", per_second=10)
    facts = factories.facts(factories.staff())
    changed = change_registration(
        facts=facts, registration=made, values={"status": "approved", "per_second": 10}
    )
    assert changed == ("status",)
    assert change_registration(facts=facts, registration=made, values={"per_second": 10}) == ()
    made.refresh_from_db()
    assert made.status == "approved"
    rows = Event.objects.filter(kind="sender.changed")
    assert rows.count() == 2
    assert "Acme/C1" in rows[0].body


def test_what_cannot_be_is_refused() -> None:
    made = add(campaign="C1")
    facts = factories.facts(factories.staff())
    with pytest.raises(NotAllowed, match="already"):
        add(campaign="C1")
    with pytest.raises(NotAllowed, match="no such provider"):
        add_registration(facts=facts, provider="nobody", values={"brand": "Acme"})
    with pytest.raises(NotAllowed, match="one message"):
        change_registration(facts=facts, registration=made, values={"per_second": 0})
    with pytest.raises(ValueError, match="no columns"):
        change_registration(facts=facts, registration=made, values={"next_at": facts.now})
    other = add(campaign="C2")
    with pytest.raises(NotAllowed, match="already"):
        change_registration(facts=facts, registration=other, values={"campaign": "C1"})


def test_only_the_site_registers() -> None:
    made, tenant = add(), factories.tenant()
    for facts in (factories.facts(factories.user()), factories.facts(factories.staff(), tenant)):
        with pytest.raises(NotAllowed, match="site"):
            add_registration(facts=facts, provider="texts", values={"brand": "B"})
        with pytest.raises(NotAllowed, match="site"):
            change_registration(facts=facts, registration=made, values={"brand": "B"})


def test_only_who_texts_us_numbers_by_a_campaign_of_ours_is_missed(now: datetime) -> None:
    assert unregistered(now=now) == (Unregistered(provider="texts", lack=Lack.MISSING),)
    row = add(status="submitted", expected_at=now + timedelta(weeks=3), interim="dev")
    assert unregistered(now=now) == (
        Unregistered(
            provider="texts",
            lack=Lack.NOT_APPROVED,
            expected_at=now + timedelta(weeks=3),
            interim="dev",
        ),
    )
    factories.age(row, status="approved", expires_at=now + timedelta(days=1))
    assert unregistered(now=now) == ()
    [late] = unregistered(now=now + timedelta(days=1))
    assert late.lack is Lack.EXPIRED


def test_a_route_to_other_countries_needs_none(settings: Any, now: datetime) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "ROUTES": [{"PROVIDER": "texts", "COUNTRIES": ["DE"]}],
    }
    assert unregistered(now=now) == ()


def test_every_column_that_operators_set_is_named() -> None:
    columns = {field.name for field in SenderRegistration._meta.concrete_fields}
    assert columns - set(FIELDS) == {"id", "provider", "next_at"}


@pytest.fixture
def now() -> datetime:
    return timezone.now()
