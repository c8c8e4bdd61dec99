"""All that waits in a tenant stands in one list, of whatever kind, and of no other tenant."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.exceptions import NotAllowed
from otpguard.flows.release import hold
from otpguard.flows.release.held import CLOSURE, EXPORT
from otpguard.flows.release.lift import held_things, lift_or_ask, may_end
from otpguard.models import BillingChange, Release, Tenant
from tests import factories
from tests.flows.factor.setting import admin_of

pytestmark = pytest.mark.django_db


def export(tenant: Tenant) -> Release:
    now = timezone.now()
    return Release.objects.create(
        tenant=tenant,
        user=factories.user(),
        job="contacts",
        format="csv",
        checkpoint="data_export",
        event="01a22b58-2613-7dd0-a100-6949c9449120",
        downloads_left=1,
        held_until=now + timedelta(minutes=30),
    )


def waits(tenant: Tenant) -> None:
    """One thing of each kind."""
    member, by = factories.member(tenant), admin_of(tenant)
    until = by.now + timedelta(hours=3)
    hold.start(facts=by, membership=member, checkpoint="*", until=until, reason="a test")
    BillingChange.objects.create(
        tenant=tenant, by=member.user, field="card", locked_until=by.now + timedelta(hours=2)
    )
    export(tenant)
    tenant.closes_at, tenant.closing_by = by.now + timedelta(minutes=20), member.user
    tenant.save()


def test_every_kind_is_listed_what_ends_last_first() -> None:
    tenant = factories.tenant()
    waits(tenant)
    waits(factories.tenant())
    found = held_things(tenant_id=str(tenant.pk), now=timezone.now())
    assert [each.kind.name for each in found] == ["member", "billing_lock", "export", "closure"]
    assert {str(each.tenant.pk) for each in found if each.tenant} == {str(tenant.pk)}
    later = held_things(tenant_id=str(tenant.pk), now=timezone.now() + timedelta(hours=4))
    assert later == []


def test_each_says_whether_the_person_who_looks_can_end_it() -> None:
    tenant = factories.tenant()
    waits(tenant)
    by = admin_of(tenant)
    found = held_things(tenant_id=str(tenant.pk), now=by.now)
    can = {each.kind.name: may_end(facts=by, thing=each) for each in found}
    assert can == {
        "member": True,
        "billing_lock": False,  # was not told of the change
        "export": False,
        "closure": False,
    }


def test_nobody_closes_an_organization_sooner() -> None:
    tenant = factories.tenant()
    waits(tenant)
    for by in (admin_of(tenant), factories.facts(factories.staff())):
        with pytest.raises(NotAllowed, match="Nobody can end"):
            lift_or_ask(facts=by, kind=CLOSURE, held_id=str(tenant.pk), reason="in a hurry")


def test_nobody_ends_the_wait_of_an_export() -> None:
    row = export(factories.tenant())
    for by in (admin_of(row.tenant), factories.facts(factories.staff())):
        with pytest.raises(NotAllowed, match="Nobody can end"):
            lift_or_ask(facts=by, kind=EXPORT, held_id=str(row.pk), reason="in a hurry")
