"""A lock stops every billing change of a tenant, once, until others lift it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard import vault
from otpguard.conf import checkpoint
from otpguard.conf import settings as ours
from otpguard.core.decision import Wait, decide
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.exceptions import NotAllowed
from otpguard.flows.approval.approve import approve_action
from otpguard.flows.release.billing_lock import LINK_LIFE, change_of, lift_lock, lock_by_link
from otpguard.flows.release.held import BILLING_LOCK
from otpguard.flows.release.hold import HoldCause, cause_of
from otpguard.flows.release.lift import lift_or_ask
from otpguard.grants.evidence import read_member
from otpguard.models import Approval, BillingChange, Event, Membership, Notice
from otpguard.testing.racing import race
from tests import factories
from tests.flows.release.billing import acting, change, payer

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[Membership]:
    """Who made the change, and three who were told."""
    tenant = factories.tenant()
    return [payer(tenant) for _ in range(4)]


@pytest.fixture
def row(people: list[Membership]) -> BillingChange:
    return change(acting(people[0]))


def link(row: BillingChange, user: object = "") -> str:
    return vault.encrypt_token(vault.BILLING_LOCK, f"{row.pk}:{user}")


def locked(row: BillingChange, user: object = "") -> BillingChange:
    found = lock_by_link(facts=RequestFacts(now=timezone.now()), token=link(row, user))
    assert found is not None
    return found


def lift(by: RequestFacts, row: BillingChange) -> bool | Approval:
    return lift_or_ask(facts=by, kind=BILLING_LOCK, held_id=str(row.pk), reason="checked")


def waits(member: Membership, slug: str = "billing_change") -> bool:
    facts = factories.facts(member.user, member.tenant)
    found = read_member(facts).member
    decision = decide(
        checkpoint=checkpoint(slug),
        policy=Policy(active=False),
        profile=ours().assurance_profile,
        member=found,
        proofs=(),
        intent="",
        binds=False,
        now=facts.now,
    )
    return isinstance(decision, Wait)


def test_a_link_locks_the_whole_tenant_at_billing_changes_alone(
    people: list[Membership], row: BillingChange
) -> None:
    other = payer(factories.tenant())
    assert not waits(people[1])
    locked(row, people[1].user.pk)
    assert all(waits(each) for each in people)
    assert not waits(people[1], "role_grant")
    assert not waits(other)
    facts = factories.facts(people[2].user, people[2].tenant)
    why = cause_of(facts=facts, checkpoint=checkpoint("billing_change"))
    assert why is HoldCause.BILLING_LOCK
    assert cause_of(facts=facts, checkpoint=checkpoint("role_grant")) is None
    event = Event.objects.get(kind="billing.locked")
    assert event.tenant_id == people[0].tenant.pk
    assert Notice.objects.filter(kind="billing_locked").count() == 4


def test_a_link_locks_once_whoever_it_belongs_to(
    people: list[Membership], row: BillingChange
) -> None:
    locked(row, people[1].user.pk)
    facts = RequestFacts(now=timezone.now())
    assert lock_by_link(facts=facts, token=link(row, people[2].user.pk)) is None
    lift_lock(facts=factories.facts(factories.staff()), change=row, reason="a mistake")
    assert lock_by_link(facts=facts, token=link(row, people[2].user.pk)) is None
    assert not waits(people[1])


def test_an_old_link_or_none_of_ours_locks_nothing(row: BillingChange) -> None:
    late = row.at + LINK_LIFE + timedelta(seconds=1)
    for token, now in ((link(row), late), ("x", row.at), (link(row)[:-4], row.at)):
        assert change_of(token=token, now=now) is None
        assert lock_by_link(facts=RequestFacts(now=now), token=token) is None
    other = vault.encrypt_token(vault.EMAIL, f"{row.pk}:")
    assert change_of(token=other, now=row.at) is None


def test_looking_at_a_link_locks_nothing(people: list[Membership], row: BillingChange) -> None:
    assert change_of(token=link(row), now=timezone.now()) == row
    assert not waits(people[0])


def test_two_others_lift_it_and_never_who_made_the_change(
    people: list[Membership], row: BillingChange
) -> None:
    row = locked(row)
    maker, one, two, _three = (acting(each) for each in people)
    with pytest.raises(NotAllowed, match="You made this change"):
        lift(maker, row)
    asked = lift(one, row)
    assert isinstance(asked, Approval)
    assert lift(one, row) == asked, "one person is one, however often they say it"
    assert waits(people[0])
    with pytest.raises(NotAllowed, match="You made this change"):
        lift(maker, row)
    assert lift(two, row) is True
    assert not waits(people[0])
    with pytest.raises(NotAllowed, match="already ended"):
        lift(two, row)


def test_nobody_of_the_tenant_goes_round_the_second_person(
    people: list[Membership], row: BillingChange
) -> None:
    row = locked(row)
    with pytest.raises(NotAllowed, match="second billing admin"):
        lift_lock(facts=acting(people[1]), change=row, reason="checked")
    assert waits(people[1])


def test_the_word_of_an_administrator_who_was_not_told_does_not_count(
    people: list[Membership], row: BillingChange
) -> None:
    row = locked(row)
    asked = lift(acting(people[1]), row)
    assert isinstance(asked, Approval)
    boss = factories.member(row.tenant, roles=["admin"])
    with pytest.raises(NotAllowed, match="may not decide"):
        approve_action(facts=acting(boss), approval_id=asked.pk)
    assert waits(people[1])


def test_the_site_lifts_it_alone(people: list[Membership], row: BillingChange) -> None:
    row = locked(row)
    assert lift_lock(facts=factories.facts(factories.staff()), change=row, reason="called")
    assert not waits(people[0])


def test_who_became_a_billing_admin_later_has_no_say(
    people: list[Membership], row: BillingChange
) -> None:
    row = locked(row)
    with pytest.raises(NotAllowed, match="were told"):
        lift(acting(payer(people[0].tenant)), row)


def test_who_is_no_billing_admin_any_more_has_no_say(
    people: list[Membership], row: BillingChange
) -> None:
    row = locked(row)
    Membership.objects.filter(pk=people[1].pk).update(roles=["member"])
    with pytest.raises(NotAllowed, match="were told"):
        lift(acting(people[1]), row)


def test_another_tenant_cannot_lift_it(row: BillingChange) -> None:
    row = locked(row)
    with pytest.raises(NotAllowed, match="another organization"):
        lift(acting(payer(factories.tenant())), row)


def test_of_two_locks_the_second_goes_on(people: list[Membership], row: BillingChange) -> None:
    other = change(acting(people[0]), new="4000 0000 0000 9995")
    row, other = locked(row), locked(other)
    site = factories.facts(factories.staff())
    lift_lock(facts=site, change=row, reason="")
    assert waits(people[0])
    lift_lock(facts=site, change=other, reason="")
    assert not waits(people[0])


def test_a_lock_ends_by_itself(people: list[Membership], row: BillingChange) -> None:
    row = locked(row)
    later = replace(acting(people[1]), now=row.at + timedelta(days=31))
    with pytest.raises(NotAllowed, match="already ended"):
        lift(later, row)


@pytest.mark.django_db(transaction=True)
def test_of_links_used_at_once_one_locks(people: list[Membership], row: BillingChange) -> None:
    token = link(row)

    def use() -> bool:
        return lock_by_link(facts=RequestFacts(now=timezone.now()), token=token) is not None

    assert race(use, threads=4).count(True) == 1
    assert Event.objects.filter(kind="billing.locked").count() == 1


def test_the_link_of_somebody_whose_account_is_gone_still_locks(row: BillingChange) -> None:
    """Deleting the other billing admins first does not disarm what stands in their mailboxes."""
    gone = factories.user()
    key = gone.pk
    gone.delete()
    assert locked(row, key).locked_by is None
