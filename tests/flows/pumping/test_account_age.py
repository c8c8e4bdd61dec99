"""Tenants and accounts that have shown that they are no strangers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.flows.checkpoint.step_up_options import is_strict
from otpguard.flows.pumping.account_age import is_new_account, is_strict_now, signal_usage
from otpguard.ids import new_id
from otpguard.models import Challenge, Tenant
from tests import factories
from tests.flows.number.visitor import visitor

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
DAY = timedelta(days=1)


def old(**known: object) -> Tenant:
    return factories.tenant(**{"usage_signal_at": None, "created_at": NOW - 31 * DAY, **known})


def challenges(of: Tenant, *, verified: int, canceled: int) -> None:
    one = visitor(tenant=of).start()
    for state in ["verified"] * verified + ["canceled"] * canceled:
        one.pk, one.state, one.closed_at = new_id(), state, NOW
        one.save(force_insert=True)
    Challenge.objects.filter(state="open").delete()


def test_ten_of_twenty_verified_challenges_are_use_and_nine_are_not() -> None:
    used, unused = old(), old()
    challenges(used, verified=10, canceled=10)
    challenges(unused, verified=9, canceled=11)
    assert not is_strict_now(used, now=NOW)
    assert is_strict_now(unused, now=NOW)
    used.refresh_from_db()
    unused.refresh_from_db()
    assert used.usage_signal_at == NOW
    assert unused.usage_signal_at is None


def test_a_young_tenant_stays_strict_whatever_its_people_have_verified() -> None:
    young = old(created_at=NOW - 29 * DAY)
    challenges(young, verified=20, canceled=0)
    with CaptureQueriesContext(connection) as seen:
        assert is_strict_now(young, now=NOW)
    assert len(seen) == 0
    assert not is_strict_now(young, now=NOW + DAY)


def test_nothing_is_read_of_a_tenant_that_is_not_strict() -> None:
    known, paying = factories.tenant(), old(annual_contract_value=1)
    with CaptureQueriesContext(connection) as seen:
        assert not is_strict_now(known, now=NOW)
        assert not is_strict_now(paying, now=NOW)
        assert not is_strict_now(None, now=NOW)
    assert len(seen) == 0


def test_the_host_may_say_that_a_tenant_is_in_use() -> None:
    tenant = old()
    assert is_strict(tenant, now=NOW)
    assert signal_usage(tenant, now=NOW)
    tenant.refresh_from_db()
    assert not is_strict(tenant, now=NOW)
    assert not signal_usage(tenant, now=NOW + DAY)
    tenant.refresh_from_db()
    assert tenant.usage_signal_at == NOW, "the first time counts"


def test_an_account_is_new_for_a_day_unless_it_has_a_verified_number() -> None:
    user = factories.user(date_joined=NOW - timedelta(hours=23))
    assert is_new_account(str(user.pk), now=NOW)
    assert not is_new_account(str(user.pk), now=NOW + DAY)
    factories.phone_factor(user, confirmed=False)
    assert is_new_account(str(user.pk), now=NOW)
    factories.phone_factor(user)
    assert not is_new_account(str(user.pk), now=NOW)


def test_an_account_that_is_not_there_is_new() -> None:
    assert is_new_account("999999", now=NOW)
