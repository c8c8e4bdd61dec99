"""The porch for hosts: what code of theirs creates, from there alone."""

from __future__ import annotations

import pytest
from django.utils import timezone

from otpguard import provisioning
from otpguard.core.facts import RequestFacts
from otpguard.models import EnrollmentRule, Event, Membership, Tenant
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "3132333435363738393031323334353637383930"


def test_a_script_sets_up_a_tenant_from_the_porch_alone() -> None:
    """No request, so the site acts."""
    facts = RequestFacts(now=timezone.now())
    owner, other, third = (factories.user() for _ in range(3))
    tenant = provisioning.create_tenant(
        facts=facts, slug="globex", name="Globex", admin=str(owner.pk)
    )
    provisioning.change_tenant(facts=facts, tenant=tenant, values={"tags": ["health"]})
    provisioning.set_member(
        facts=facts, tenant=tenant, user_id=str(other.pk), roles=["member"], active=True
    )
    rows = [provisioning.MemberRow(user_id=str(third.pk), roles=["member"])]
    provisioning.import_members(facts=facts, tenant=tenant, rows=rows)
    provisioning.set_rule(
        facts=facts, tenant=tenant, role="", level=None, starts_at=facts.now, grace_days=14
    )
    text = f"serial,secret,user\nA1,{SECRET},{other.get_username()}\n"
    [token] = provisioning.import_tokens(facts=facts, tenant=tenant, text=text)
    assert (token.serial, token.user_id) == ("A1", str(other.pk))
    assert Tenant.objects.get(slug="globex").tags == ["health"]
    assert Membership.objects.filter(tenant=tenant, active=True).count() == 3
    assert set(Event.objects.values_list("kind", flat=True)) == {
        "tenant.created",
        "tenant.changed",
        "membership.changed",
        "membership.imported",
        "members.imported",
        "enrollment.changed",
        "factor.provisioned",
    }
    assert EnrollmentRule.objects.get().grace_days == 14


def test_the_porch_holds_what_it_names_and_each_has_a_contract() -> None:
    assert provisioning.__all__ == sorted(provisioning.__all__)
    for name in provisioning.__all__:
        assert getattr(provisioning, name).__doc__
