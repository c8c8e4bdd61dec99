"""A billing change is noted once, and everybody who looked after it before is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from otpguard.exceptions import NotAllowed
from otpguard.flows.tenant.provision import set_member
from otpguard.models import BillingChange, Event, Notice
from tests import factories
from tests.flows.release.billing import acting, change, payer

pytestmark = pytest.mark.django_db


def test_every_billing_admin_is_told_with_masked_values_and_a_link_of_their_own() -> None:
    tenant = factories.tenant()
    one, two = payer(tenant), payer(tenant)
    factories.member(tenant, roles=["member"])
    row = change(acting(one))
    notices = Notice.objects.filter(kind="billing_changed").order_by("pk")
    assert {each.user_id for each in notices} == {one.user.pk, two.user.pk}
    kept = [json.loads(each.context.reveal())["details"] for each in notices]
    assert len({each["link"] for each in kept}) == 2
    assert {(each["before"], each["after"], each["from_ip"]) for each in kept} == {
        ("•••• 4242", "•••• 1881", "192.0.2.7")
    }
    assert sorted(row.told) == sorted([str(one.user.pk), str(two.user.pk)])
    data = json.loads(Event.objects.get(kind="billing.changed").body)["data"]
    assert (data["before"], data["people"]) == ("•••• 4242", 2)


def test_the_same_change_within_ten_minutes_is_one_event() -> None:
    facts = acting(payer(factories.tenant()))
    first = change(facts)
    assert change(replace(facts, now=facts.now + timedelta(minutes=9))) == first
    assert Event.objects.filter(kind="billing.changed").count() == 1
    assert Notice.objects.filter(kind="billing_changed").count() == 1
    assert change(replace(facts, now=facts.now + timedelta(minutes=11))) != first
    assert change(facts, new="4000 0000 0000 9995") != first


def test_removing_a_billing_admin_first_does_not_silence_the_notice() -> None:
    tenant = factories.tenant()
    thief, honest = payer(tenant), payer(tenant)
    facts = acting(thief)
    set_member(facts=facts, tenant=tenant, user_id=str(honest.user.pk), roles=[], active=False)
    assert str(honest.user.pk) in change(facts).told


@pytest.mark.parametrize("missing", ["user", "tenant"])
def test_without_a_person_or_a_tenant_nothing_is_noted(missing: str) -> None:
    facts = replace(acting(payer(factories.tenant())), **{missing: ""})
    with pytest.raises(NotAllowed):
        change(facts)
    assert not BillingChange.objects.exists()


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        change(acting(payer(factories.tenant())), field="colour")


def test_a_second_change_whose_masked_values_are_the_same_is_told_too() -> None:
    facts = acting(payer(factories.tenant()))
    change(facts, field="invoice_email", old="pay@acme.example", new="bills@acme.example")
    change(facts, field="invoice_email", old="bills@acme.example", new="bills@evil.example")
    assert Event.objects.filter(kind="billing.changed").count() == 2
    assert Notice.objects.filter(kind="billing_changed").count() == 2


def test_a_change_that_was_taken_back_and_made_again_is_told_again() -> None:
    facts = acting(payer(factories.tenant()))
    one, two = "4242 4242 4242 4242", "4000 0000 0000 1881"
    for old, new in ((one, two), (two, one), (one, two)):
        change(facts, old=old, new=new)
    assert Event.objects.filter(kind="billing.changed").count() == 3
