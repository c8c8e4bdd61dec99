"""An exception from the floor needs another operator where a policy says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.approval.approve import approve_action, within_reach
from otpguard.flows.tenant.exception_request import grant_or_ask
from otpguard.flows.tenant.policy import ApprovalMissing
from otpguard.flows.tenant.policy_exception import grant_exception
from otpguard.models import Approval, PolicyException, PolicyWish, Tenant
from otpguard.tenants import policies
from tests import factories
from tests.excepting import set_floor, terms
from tests.flows.factor.setting import admin_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def by_two(settings: Any) -> Iterator[None]:
    set_floor(settings)
    defaults = {"security_settings": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}
    policies.forget()
    yield
    policies.forget()


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


def operator() -> RequestFacts:
    return factories.facts(factories.staff())


def ask(tenant: Tenant) -> tuple[RequestFacts, Approval]:
    by = operator()
    waits = grant_or_ask(facts=by, terms=terms(tenant))
    assert isinstance(waits, Approval)
    return by, waits


def test_it_waits_for_another_operator_and_counts_as_granted_by_who_asked(tenant: Tenant) -> None:
    by, waits = ask(tenant)
    assert not PolicyException.objects.exists()
    approve_action(facts=operator(), approval_id=waits.pk)
    row = PolicyException.objects.get()
    assert (row.tenant, row.field, str(row.created_by_id)) == (tenant, "ttl", by.user)


def test_neither_who_asked_nor_the_organization_approves_it(tenant: Tenant) -> None:
    by, waits = ask(tenant)
    boss = admin_of(tenant)
    assert not within_reach(boss).exists()
    for each in (by, boss):
        with pytest.raises(NotAllowed):
            approve_action(facts=each, approval_id=waits.pk)
    assert not PolicyException.objects.exists()


def test_a_tenant_that_loosened_its_own_policy_has_not_loosened_the_sites(tenant: Tenant) -> None:
    PolicyWish.objects.create(
        tenant=tenant,
        checkpoint="security_settings",
        version=1,
        wishes={"approvals": 0},
        at=timezone.now(),
    )
    policies.forget()
    with pytest.raises(ApprovalMissing):
        grant_exception(facts=operator(), terms=terms(tenant))
    assert not PolicyException.objects.exists()


def test_code_that_no_request_started_needs_no_one(tenant: Tenant) -> None:
    script = RequestFacts(now=timezone.now())
    assert grant_exception(facts=script, terms=terms(tenant)).tenant == tenant


def test_where_no_policy_asks_it_is_granted_at_once(settings: Any, tenant: Tenant) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": {}}
    policies.forget()
    assert isinstance(grant_or_ask(facts=operator(), terms=terms(tenant)), PolicyException)
    assert not Approval.objects.exists()
