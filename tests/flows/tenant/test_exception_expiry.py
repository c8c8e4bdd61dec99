"""Exceptions are reminded of once, and written off when they have expired."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.core.clock import CLOCK_SKEW
from otpguard.flows.tenant.exception_expiry import close_expired, remind_of_exceptions
from otpguard.flows.tenant.policy_exception import end_exception
from otpguard.models import Notice, PolicyException, Tenant
from otpguard.testing import captured_events
from otpguard.testing.racing import race
from tests import factories
from tests.excepting import grant, set_floor

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _floor(settings: Any) -> None:
    set_floor(settings)


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


def told() -> list[str]:
    """The addresses that a reminder went to."""
    rows = Notice.objects.filter(kind="exception_expires")
    return sorted(row.destination.reveal() for row in rows)


def before_end(row: PolicyException, **before: float) -> datetime:
    return row.expires_at - timedelta(**before)


# --- the reminder ---------------------------------------------------------------------------------


def test_owner_and_administrators_are_reminded_once_two_weeks_before(tenant: Tenant) -> None:
    owner = factories.member(tenant, factories.user("owen")).user
    factories.member(tenant, factories.user("ada"), roles=["admin"])
    factories.member(tenant, factories.user("bill"), roles=["billing_admin"])
    factories.member(tenant, factories.user("former"), roles=["admin"], active=False)
    factories.member(factories.tenant(), factories.user("eve"), roles=["admin"])
    row = grant(tenant, owner_id=str(owner.pk))
    assert remind_of_exceptions(now=before_end(row, days=14, seconds=1)) == 0
    assert told() == []
    with captured_events() as events:
        assert remind_of_exceptions(now=before_end(row, days=14)) == 1
    assert told() == ["ada@example.com", "owen@example.com"]
    assert [(event["kind"], event["tenant"]) for event in events] == [
        ("exception.reminded", str(tenant.pk))
    ]
    assert events[0]["data"]["people"] == 2
    for later in (13, 7, 0.01):
        assert remind_of_exceptions(now=before_end(row, days=later)) == 0
    assert len(told()) == 2


def test_an_owner_who_is_an_administrator_is_told_once(tenant: Tenant) -> None:
    ada = factories.member(tenant, factories.user("ada"), roles=["admin"]).user
    row = grant(tenant, owner_id=str(ada.pk))
    remind_of_exceptions(now=before_end(row, days=1))
    assert told() == ["ada@example.com"]


@pytest.mark.parametrize("gone", ["deleted", "closed"])
def test_without_an_owner_the_operators_of_the_site_are_told(tenant: Tenant, gone: str) -> None:
    owner = factories.member(tenant, factories.user("owen")).user
    factories.staff("boss")
    row = grant(tenant, owner_id=str(owner.pk))
    if gone == "deleted":
        owner.delete()
    else:
        owner.is_active = False
        owner.save()
    remind_of_exceptions(now=before_end(row, days=1))
    assert "boss@example.com" in told()
    assert "owen@example.com" not in told()


@pytest.mark.parametrize(("days", "reminded"), [(14, 1), (3, 0), (0, 0)])
def test_how_long_before_is_a_setting(
    tenant: Tenant, settings: Any, days: int, reminded: int
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "EXCEPTION_REMINDER_DAYS": days}
    row = grant(tenant)
    assert remind_of_exceptions(now=before_end(row, days=4)) == reminded


def test_a_short_exception_is_not_reminded_of_the_moment_it_is_granted(tenant: Tenant) -> None:
    row = grant(tenant, expires_at=timezone.now() + 4 * DAY)
    assert remind_of_exceptions(now=before_end(row, days=3)) == 0
    assert remind_of_exceptions(now=before_end(row, days=1)) == 1


def test_what_is_over_is_reminded_of_no_more(tenant: Tenant) -> None:
    expired = grant(tenant)
    assert remind_of_exceptions(now=expired.expires_at) == 0
    end_exception(facts=factories.facts(factories.staff()), exception=expired, reason="x")
    assert remind_of_exceptions(now=before_end(expired, days=1)) == 0
    assert told() == []


def test_one_of_a_checkpoint_that_is_gone_is_reminded_of_too(tenant: Tenant) -> None:
    row = grant(tenant)
    PolicyException.objects.update(checkpoint="gone_by_now")
    assert remind_of_exceptions(now=before_end(row, days=1)) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_of_several_workers_one_reminds(tenant: Tenant) -> None:
    owner = factories.member(tenant, factories.user("owen")).user
    row = grant(tenant, owner_id=str(owner.pk))
    now = before_end(row, days=1)
    assert sorted(race(lambda: remind_of_exceptions(now=now), threads=4)) == [0, 0, 0, 1]
    assert told() == ["owen@example.com"]


# --- afterwards -----------------------------------------------------------------------------------


def test_what_has_expired_is_closed_with_an_event_once(tenant: Tenant) -> None:
    row = grant(tenant)
    tenant.refresh_from_db()
    version = tenant.policy_version
    assert close_expired(now=row.expires_at) == 0, "clocks differ"
    with captured_events() as events:
        assert close_expired(now=row.expires_at + CLOCK_SKEW) == 1
        assert close_expired(now=row.expires_at + CLOCK_SKEW) == 0
    row.refresh_from_db()
    assert (row.ended_at, row.ended_by) == (row.expires_at, None)
    (event,) = events
    assert (event["kind"], event["tenant"]) == ("exception.expired", str(tenant.pk))
    assert event["data"] == {
        "exception": str(row.pk),
        "field": "ttl",
        "value": 1200,
        "expires_at": row.expires_at.isoformat(),
    }
    tenant.refresh_from_db()
    assert tenant.policy_version == version, "nothing has changed by it"
