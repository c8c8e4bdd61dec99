"""An administrator asks; a date is set and everybody who may cancel is told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.closure.ask import ask_closure
from otpguard.flows.release import hold
from otpguard.models import Event, Membership, Notice, Tenant
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def administrator(tenant: Tenant | None = None) -> Membership:
    return factories.member(tenant or factories.tenant(), roles=["admin"])


def facts_of(member: Membership) -> RequestFacts:
    return factories.facts(member.user, member.tenant, host="testserver", method="POST")


def test_it_waits_72_hours() -> None:
    facts = facts_of(administrator())
    assert ask_closure(facts=facts).closes_at == facts.now + timedelta(hours=72)


def test_every_administrator_is_told_with_a_link_of_their_own() -> None:
    member = administrator()
    others = [administrator(member.tenant) for _ in range(2)]
    factories.member(member.tenant, roles=["member"])
    ask_closure(facts=facts_of(member))
    told = Notice.objects.filter(kind="closure_asked")
    assert {row.user_id for row in told} == {each.user_id for each in (member, *others)}
    links = {json.loads(row.context.reveal())["details"]["link"] for row in told}
    assert len(links) == 3
    assert all("/security/cancel-closure/" in each for each in links)
    body = json.loads(Event.objects.get(kind="closure.asked").body)["data"]
    assert body["told"] == 3


def test_asking_again_changes_nothing_and_tells_nobody() -> None:
    member = administrator()
    first = ask_closure(facts=facts_of(member)).closes_at
    assert ask_closure(facts=facts_of(member)).closes_at == first
    assert Event.objects.filter(kind="closure.asked").count() == 1
    assert Notice.objects.count() == 1


def test_of_many_at_once_one_asks() -> None:
    facts = facts_of(administrator())
    assert len(set(race(lambda: ask_closure(facts=facts).closes_at, threads=4))) == 1
    assert Event.objects.filter(kind="closure.asked").count() == 1


@pytest.mark.parametrize("who", ["member", "stranger", "elsewhere", "nobody"])
def test_nobody_else_asks(who: str) -> None:
    member = administrator()
    facts = {
        "member": lambda: facts_of(factories.member(member.tenant, roles=["billing_admin"])),
        "stranger": lambda: factories.facts(factories.user(), member.tenant),
        "elsewhere": lambda: factories.facts(administrator().user, member.tenant),
        "nobody": factories.facts,
    }[who]()
    with pytest.raises(NotAllowed):
        ask_closure(facts=facts)
    assert not Tenant.objects.exclude(closes_at=None).exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("kept", [{"legal_hold": True}, {"status": "suspended"}])
def test_what_is_kept_or_suspended_is_not_closed(kept: dict[str, object]) -> None:
    with pytest.raises(NotAllowed):
        ask_closure(facts=facts_of(administrator(factories.tenant(**kept))))


def test_a_new_administrator_is_held_there_too() -> None:
    member = administrator()
    facts = facts_of(member)
    hold.start(
        facts=factories.facts(factories.staff()),
        membership=member,
        checkpoint="*sensitive",
        until=facts.now + timedelta(hours=24),
        reason="new role: admin",
    )
    named = checkpoint_named("account_closure")
    assert hold.cause_of(facts=facts, checkpoint=named) is hold.HoldCause.NEW_ROLE
