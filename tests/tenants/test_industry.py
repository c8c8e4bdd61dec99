"""A tenant's industry counts in its own policies alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.conf import checkpoint
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.tenant.provision import change_tenant, create_tenant
from otpguard.models import Tenant
from otpguard.tenants import policies
from tests import factories

pytestmark = pytest.mark.django_db


def asks(tenant: Tenant, slug: str) -> tuple[bool, AssuranceLevel]:
    scope = policies.Scope.of_tenant(tenant)
    policy = policies.at(checkpoint(slug), scope, now=timezone.now())
    return policy.active, policy.required_level


def outside() -> RequestFacts:
    return RequestFacts(now=timezone.now())


def test_the_industry_of_one_tenant_is_not_that_of_another() -> None:
    shop, clinic = factories.tenant("shop"), factories.tenant("clinic", industry="healthcare")
    assert asks(clinic, "data_export") == (True, AssuranceLevel.AAL3)
    assert asks(shop, "data_export") == (True, AssuranceLevel.AAL2)


@pytest.mark.django_db(transaction=True)
def test_a_change_counts_at_the_next_request() -> None:
    tenant = factories.tenant("acme")
    assert asks(tenant, "sensitive_setting")[0] is False
    change_tenant(facts=outside(), tenant=tenant, values={"industry": "hr_payroll"})
    assert asks(tenant, "sensitive_setting") == (True, AssuranceLevel.AAL3)
    change_tenant(facts=outside(), tenant=tenant, values={"industry": ""})
    assert asks(tenant, "sensitive_setting")[0] is False


def test_the_site_s_settings_do_not_go_below_it(settings: Any) -> None:
    lower = {"transaction_flow": {"active": False}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": lower}
    tenant = factories.tenant("lender", industry="fintech")
    assert asks(tenant, "transaction_flow") == (True, AssuranceLevel.AAL3)


def test_a_tenant_does_not_choose_its_own_floor() -> None:
    tenant = factories.tenant("clinic", industry="healthcare")
    inside = RequestFacts(now=timezone.now(), user="1", tenant=str(tenant.pk))
    with pytest.raises(NotAllowed):
        change_tenant(facts=inside, tenant=tenant, values={"industry": ""})


def test_an_unknown_industry_is_refused() -> None:
    with pytest.raises(InvalidInput):
        create_tenant(facts=outside(), slug="farm", name="Farm", industry="farming")
