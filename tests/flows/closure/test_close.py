"""When the wait is over, the organization is closed: once, and only if it still should be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from otpguard.flows.closure.ask import ask_closure
from otpguard.flows.closure.cancel import cancel_closure
from otpguard.flows.closure.close import close_due
from otpguard.models import Event, Grant, Membership, Notice, Tenant
from otpguard.signals import account_was_closed
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

WAIT = timedelta(hours=72)


def closing() -> tuple[Membership, Any]:
    """Who has asked to close an organization, and when."""
    member = factories.member(factories.tenant(), roles=["admin"])
    facts = factories.facts(member.user, member.tenant)
    ask_closure(facts=facts)
    return member, facts.now


def test_nothing_is_closed_before_its_time_and_everything_after() -> None:
    member, asked_at = closing()
    factories.grant(member.user, member.tenant)
    assert close_due(now=asked_at + WAIT - timedelta(seconds=1)) == 0
    member.tenant.refresh_from_db()
    assert member.tenant.status == "active"
    assert close_due(now=asked_at + WAIT) == 1
    member.tenant.refresh_from_db()
    assert (member.tenant.status, member.tenant.closes_at) == ("suspended", None)
    assert not Grant.objects.filter(revoked_at=None).exists()
    assert Notice.objects.filter(kind="closure_done").count() == 1
    assert close_due(now=asked_at + WAIT) == 0


def test_the_host_is_told_after_the_commit() -> None:
    member, asked_at = closing()
    heard: list[dict[str, Any]] = []

    def listen(**said: Any) -> None:
        heard.append({**said, "status": Tenant.objects.get(pk=said["tenant_id"]).status})

    account_was_closed.connect(listen)
    try:
        close_due(now=asked_at + WAIT)
    finally:
        account_was_closed.disconnect(listen)
    assert [(each["tenant_id"], each["status"]) for each in heard] == [
        (str(member.tenant_id), "suspended")
    ]


def test_what_was_canceled_is_not_closed() -> None:
    member, asked_at = closing()
    cancel_closure(facts=factories.facts(member.user, member.tenant), tenant=member.tenant)
    assert close_due(now=asked_at + WAIT) == 0
    member.tenant.refresh_from_db()
    assert member.tenant.status == "active"


@pytest.mark.parametrize("lost", ["role", "membership", "account"])
def test_who_is_no_administrator_any_more_closes_nothing(lost: str) -> None:
    member, asked_at = closing()
    if lost == "role":
        Membership.objects.filter(pk=member.pk).update(roles=["member"])
    elif lost == "membership":
        Membership.objects.filter(pk=member.pk).update(active=False)
    else:
        member.user.delete()
    assert close_due(now=asked_at + WAIT) == 0
    tenant = Tenant.objects.get(pk=member.tenant_id)
    assert (tenant.status, tenant.closes_at) == ("active", None)
    assert Event.objects.filter(kind="closure.canceled").count() == 1


def test_under_a_legal_hold_it_waits() -> None:
    member, asked_at = closing()
    Tenant.objects.update(legal_hold=True)
    assert close_due(now=asked_at + WAIT) == 0
    member.tenant.refresh_from_db()
    assert (member.tenant.status, member.tenant.closes_at is None) == ("active", False)


def test_of_several_workers_one_closes() -> None:
    _, asked_at = closing()
    assert sum(race(lambda: close_due(now=asked_at + WAIT), threads=4)) == 1
    assert Event.objects.filter(kind="closure.done").count() == 1
