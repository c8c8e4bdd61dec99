"""Every administrator may cancel, and so may the link of a notice; each once."""

from __future__ import annotations

import pytest

from otpguard.exceptions import NotAllowed
from otpguard.flows.closure.ask import ask_closure, cancel_token
from otpguard.flows.closure.cancel import cancel_closure, cancel_closure_by_link, closing_of_link
from otpguard.models import Event, Notice, Tenant
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def closing() -> tuple[Tenant, str]:
    """An organization that is to be closed, and the id of who has asked."""
    member = factories.member(factories.tenant(), roles=["admin"])
    facts = factories.facts(member.user, member.tenant, host="testserver")
    return ask_closure(facts=facts), str(member.user_id)


@pytest.mark.parametrize("who", ["own", "another", "site"])
def test_an_administrator_and_the_site_cancel(who: str) -> None:
    tenant, asked_by = closing()
    other = factories.member(tenant, roles=["admin"])
    facts = factories.facts(other.user, tenant)
    if who == "own":
        facts = factories.facts(tenant.closing_by, tenant)
    elif who == "site":
        facts = factories.facts(factories.staff())
    assert cancel_closure(facts=facts, tenant=tenant)
    tenant.refresh_from_db()
    assert (tenant.closes_at, tenant.closing_by, tenant.status) == (None, None, "active")
    row = Event.objects.get(kind="closure.canceled")
    assert (row.actor_ref, row.subject_ref) == (facts.user, asked_by)
    told = Notice.objects.filter(kind="closure_canceled")
    assert {str(each.user_id) for each in told} == {asked_by, str(other.user_id)}


@pytest.mark.parametrize("who", ["member", "elsewhere"])
def test_nobody_else_cancels(who: str) -> None:
    tenant, _ = closing()
    facts = factories.facts(factories.member(tenant).user, tenant)
    if who == "elsewhere":
        other = factories.member(factories.tenant(), roles=["admin"])
        facts = factories.facts(other.user, other.tenant)
    with pytest.raises(NotAllowed):
        cancel_closure(facts=facts, tenant=tenant)
    tenant.refresh_from_db()
    assert tenant.closes_at is not None


def test_it_is_canceled_once_however_many_try() -> None:
    tenant, asked_by = closing()
    token = cancel_token(tenant, asked_by)
    facts = factories.facts(tenant.closing_by, tenant)
    ways = [
        lambda: cancel_closure(facts=facts, tenant=tenant),
        lambda: cancel_closure_by_link(facts=factories.facts(), token=token) is not None,
    ]

    def cancel() -> bool:
        return ways.pop()()

    assert sum(race(cancel, threads=2)) == 1
    assert Event.objects.filter(kind="closure.canceled").count() == 1


def test_a_link_that_is_no_link_of_ours_cancels_nothing() -> None:
    tenant, asked_by = closing()
    token = cancel_token(tenant, asked_by)
    assert closing_of_link(token=token) == tenant
    for wrong in ("", "x", token[:-3] + "AAA", token + "é"):
        assert cancel_closure_by_link(facts=factories.facts(), token=wrong) is None
    tenant.refresh_from_db()
    assert tenant.closes_at is not None


def test_a_link_of_an_earlier_closing_does_not_cancel_a_later_one() -> None:
    tenant, asked_by = closing()
    token = cancel_token(tenant, asked_by)
    asker = factories.facts(tenant.closing_by, tenant)
    cancel_closure(facts=asker, tenant=tenant)
    ask_closure(facts=asker)
    assert closing_of_link(token=token) is None
    assert cancel_closure_by_link(facts=factories.facts(), token=token) is None
    assert Tenant.objects.exclude(closes_at=None).count() == 1
