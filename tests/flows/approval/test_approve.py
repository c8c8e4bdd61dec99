"""Where the site asks for it, a reset waits for a second operator."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.approval import approve
from otpguard.flows.factor.reset_request import reset_or_ask
from otpguard.models import (
    Approval,
    Event,
    Factor,
    FactorBlock,
    Hold,
    Membership,
    Notice,
)
from otpguard.testing.racing import race
from tests import factories
from tests.flows.factor.setting import admin_of, of

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def two_pairs_of_eyes(settings: Any) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "POLICY_DEFAULTS": {"security_settings.factor_reset": {"approvals": 1}},
    }


@pytest.fixture
def member(db: None) -> Membership:
    """Somebody with a phone, in a tenant."""
    member = factories.member(factories.tenant())
    factories.phone_factor(member.user)
    return member


def asked(member: Membership, by: RequestFacts | None = None, **changed: Any) -> Approval:
    """A reset that waits."""
    by = by or admin_of(member.tenant)
    made = reset_or_ask(facts=by, **of(member, **changed))
    assert isinstance(made, Approval)
    return made


def test_another_administrator_approves_and_the_reset_is_theirs(member: Membership) -> None:
    row = asked(member)
    by = admin_of(member.tenant)
    done = approve.approve_action(facts=by, approval_id=row.pk)
    assert (done.blocked, done.held_until) == (1, by.now + DAY)
    row.refresh_from_db()
    assert (row.state, str(row.decided_by_id), row.decided_at) == ("approved", by.user, by.now)
    kinds = ["approval.decided", "factor.reset"]
    events = list(Event.objects.filter(kind__in=kinds).order_by("id"))
    assert [event.kind for event in events] == kinds
    assert {event.actor_ref for event in events} == {by.user}
    assert Notice.objects.filter(kind="factor_reset", user=member.user).count() == 1


def test_only_what_was_asked_for_is_reset(member: Membership) -> None:
    lost, kept = Factor.objects.get(user=member.user), factories.phone_factor(member.user)
    row = asked(member, factors=[str(lost.pk), "no-id"])
    approve.approve_action(facts=admin_of(member.tenant), approval_id=row.pk)
    assert FactorBlock.objects.get().factor_id == lost.pk
    assert kept.pk != lost.pk


def test_the_site_approves_what_a_tenant_asked_and_it_stays_within_the_tenant(
    member: Membership,
) -> None:
    row = asked(member)
    done = approve.approve_action(facts=factories.facts(factories.staff()), approval_id=row.pk)
    assert (done.removed, done.blocked) == (0, 1)
    assert FactorBlock.objects.get().tenant == member.tenant


def test_refusing_resets_nothing(member: Membership) -> None:
    row = asked(member)
    refused = approve.refuse_action(facts=admin_of(member.tenant), approval_id=row.pk)
    assert refused.state == "refused"
    assert not FactorBlock.objects.exists()
    [event] = Event.objects.filter(kind="approval.decided")
    assert '"approved":false' in event.body


@pytest.mark.parametrize("decide", [approve.approve_action, approve.refuse_action])
def test_neither_the_asker_nor_the_subject_decides(member: Membership, decide: Any) -> None:
    by = admin_of(member.tenant)
    row = asked(member, by)
    for who in (by, factories.facts(member.user, member.tenant), replace(by, user="")):
        with pytest.raises(NotAllowed, match="Another administrator must"):
            decide(facts=who, approval_id=row.pk)
    row.refresh_from_db()
    assert row.state == "open"


def test_the_asker_does_not_decide_by_being_staff_either(member: Membership) -> None:
    person = factories.staff()
    row = asked(member, factories.facts(person))
    with pytest.raises(NotAllowed, match="Another administrator must"):
        approve.approve_action(facts=factories.facts(person), approval_id=row.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=row.pk).update(decided_by=person)


@pytest.mark.parametrize("decide", [approve.approve_action, approve.refuse_action])
def test_another_tenant_cannot_tell_an_approval_from_none(member: Membership, decide: Any) -> None:
    row = asked(member)
    foreign = admin_of(factories.tenant())
    said = set()
    for pk in (row.pk, uuid4()):
        with pytest.raises(NotAllowed) as refused:
            decide(facts=foreign, approval_id=pk)
        said.add(refused.value.message)
    assert len(said) == 1
    assert not approve.within_reach(foreign).exists()
    assert approve.within_reach(admin_of(member.tenant)).get() == row
    assert not approve.within_reach(factories.facts(member.user)).exists()


@pytest.mark.parametrize("decide", [approve.approve_action, approve.refuse_action])
def test_what_is_decided_is_decided(member: Membership, decide: Any) -> None:
    row = asked(member)
    approve.refuse_action(facts=admin_of(member.tenant), approval_id=row.pk)
    with pytest.raises(NotAllowed, match="already decided"):
        decide(facts=admin_of(member.tenant), approval_id=row.pk)
    assert not FactorBlock.objects.exists()


def test_what_has_lapsed_cannot_be_approved_and_is_closed_by_the_sweep(member: Membership) -> None:
    row = asked(member)
    by = admin_of(member.tenant)
    late = replace(by, now=row.expires_at)
    with pytest.raises(NotAllowed, match="it has expired"):
        approve.approve_action(facts=late, approval_id=row.pk)
    assert approve.lapse_approvals(now=row.expires_at - timedelta(seconds=1)) == 0
    assert approve.lapse_approvals(now=row.expires_at) == 1
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("expired", None)


def test_an_asker_who_is_no_administrator_any_more_resets_nothing(member: Membership) -> None:
    by = admin_of(member.tenant)
    row = asked(member, by)
    Membership.objects.filter(user=by.user).update(roles=["member"])
    with pytest.raises(NotAllowed, match="may not ask for it any more"):
        approve.approve_action(facts=admin_of(member.tenant), approval_id=row.pk)
    row.refresh_from_db()
    assert row.state == "open", "the decision is unwound with the reset"
    assert approve.refuse_action(facts=admin_of(member.tenant), approval_id=row.pk)


def test_the_same_is_not_asked_for_twice(member: Membership) -> None:
    by = admin_of(member.tenant)
    first = asked(member, by)
    assert asked(member, by) == first
    assert asked(member) == first
    assert Approval.objects.count() == 1
    told = Notice.objects.count()
    asked(member, by)
    assert Notice.objects.count() == told
    factor = Factor.objects.get(user=member.user)
    assert asked(member, by, factors=[str(factor.pk)]) != first


def test_the_person_and_the_other_administrators_are_told(member: Membership) -> None:
    by = admin_of(member.tenant)
    other = admin_of(member.tenant)
    gone = factories.member(member.tenant, roles=["admin"], active=False)
    elsewhere = admin_of(factories.tenant())
    asked(member, by)
    told = set(Notice.objects.values_list("kind", "user_id"))
    assert told == {("reset_asked", member.user_id), ("reset_to_decide", int(other.user))}
    assert {gone.user_id, int(elsewhere.user)}.isdisjoint(user for _, user in told)


def test_a_reset_of_the_site_is_decided_by_the_site(member: Membership) -> None:
    row = asked(member, factories.facts(factories.staff()), tenant_id="")
    with pytest.raises(NotAllowed, match="Nothing of that kind"):
        approve.approve_action(facts=admin_of(member.tenant), approval_id=row.pk)
    done = approve.approve_action(facts=factories.facts(factories.staff()), approval_id=row.pk)
    assert done.removed == 1


def test_an_approval_given_before_the_setting_was_taken_back_still_counts(
    member: Membership,
) -> None:
    row = asked(member)
    with override_settings(OTPGUARD={"POLICY_DEFAULTS": {}}):
        assert (
            approve.approve_action(facts=admin_of(member.tenant), approval_id=row.pk).blocked == 1
        )


@pytest.mark.django_db(transaction=True)
def test_of_several_approvers_at_once_one_resets() -> None:
    member = factories.member(factories.tenant())
    factories.phone_factor(member.user)
    row = asked(member)
    waiting = [admin_of(member.tenant) for _ in range(4)]

    def decide() -> bool:
        try:
            return approve.approve_action(facts=waiting.pop(), approval_id=row.pk).blocked == 1
        except NotAllowed:
            return False

    assert sorted(race(decide, threads=4)) == [False, False, False, True]
    assert Event.objects.filter(kind="approval.decided").count() == 1
    assert FactorBlock.objects.count() == Hold.objects.count() == 1
