"""The policy of a visitor is that of the tenant, or of the site, as it is now."""

from __future__ import annotations

import pytest

from otpguard.core.decision import Reason
from otpguard.exceptions import StartRefused
from otpguard.flows.number.place import place_of, tenant_stands
from otpguard.flows.tenant import policy
from otpguard.models import Challenge, Tenant
from tests import factories
from tests.flows.number.visitor import visitor

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_wish_of_the_site_counts_at_the_next_request() -> None:
    who = visitor()
    before = place_of(who.facts, "signup").policy.max_attempts
    site = factories.facts(factories.staff())
    wishes = {"max_attempts": before - 2}
    policy.change_policy(facts=site, tenant=None, checkpoint="signup", wishes=wishes)
    assert place_of(who.facts, "signup").policy.max_attempts == before - 2


def test_a_tenant_that_is_suspended_or_unknown_has_no_place() -> None:
    tenant = factories.tenant()
    facts = visitor(tenant=tenant).facts
    assert place_of(facts, "signup").tenant == tenant
    Tenant.objects.update(status=Tenant.Status.SUSPENDED)
    with pytest.raises(StartRefused, match=Reason.TENANT_INACTIVE.value):
        place_of(facts, "signup")
    Tenant.objects.all().delete()
    with pytest.raises(StartRefused, match=Reason.NO_TENANT.value):
        place_of(facts, "signup")


def test_the_condition_of_a_row_follows_the_tenant_of_the_request() -> None:
    tenant = factories.tenant()
    who = visitor(tenant=tenant)
    who.start()
    rows = Challenge.objects.filter(tenant_stands(who.facts))
    assert rows.exists()
    Tenant.objects.update(status=Tenant.Status.SUSPENDED)
    assert not rows.all().exists()
    assert Challenge.objects.filter(tenant_stands(visitor().facts)).exists()
