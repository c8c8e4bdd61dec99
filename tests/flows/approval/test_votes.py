"""Where two must approve: each person has one vote, and the last vote acts, once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.exceptions import NotAllowed
from otpguard.flows.approval import approve
from otpguard.flows.factor.reset_request import reset_or_ask
from otpguard.models import Approval, Event, FactorBlock, Membership, Vote
from otpguard.testing.racing import race
from tests import factories
from tests.flows.factor.setting import admin_of, of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_pairs_of_eyes(settings: Any) -> None:
    defaults = {"security_settings.factor_reset": {"approvals": 2}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}


def asked() -> tuple[Membership, Approval]:
    member = factories.member(factories.tenant())
    factories.phone_factor(member.user)
    row = reset_or_ask(facts=admin_of(member.tenant), **of(member))
    assert isinstance(row, Approval)
    assert row.needed == 2
    return member, row


def test_the_first_vote_changes_nothing_and_the_second_does_it() -> None:
    member, row = asked()
    first = approve.approve_action(facts=admin_of(member.tenant), approval_id=row.pk)
    assert isinstance(first, Approval)
    assert first.state == "open"
    assert not FactorBlock.objects.exists()
    done = approve.approve_action(facts=admin_of(member.tenant), approval_id=row.pk)
    assert done.blocked == 1
    assert Event.objects.filter(kind="approval.voted").count() == 2


def test_two_logins_of_one_person_are_one_vote() -> None:
    member, row = asked()
    by = admin_of(member.tenant)
    approve.approve_action(facts=by, approval_id=row.pk)
    with pytest.raises(NotAllowed, match="approved this already"):
        approve.approve_action(facts=replace(by, sid="another-login"), approval_id=row.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(approval=row, user_id=by.user, at=timezone.now())
    assert not FactorBlock.objects.exists()


def test_the_vote_of_somebody_who_is_no_administrator_any_more_does_not_count() -> None:
    member, row = asked()
    first = admin_of(member.tenant)
    approve.approve_action(facts=first, approval_id=row.pk)
    Membership.objects.filter(user=first.user).update(roles=["member"])
    still = approve.approve_action(facts=admin_of(member.tenant), approval_id=row.pk)
    assert isinstance(still, Approval)
    assert approve.approve_action(facts=admin_of(member.tenant), approval_id=row.pk).blocked == 1


def test_one_refusal_ends_it_whoever_approved_before() -> None:
    member, row = asked()
    approve.approve_action(facts=admin_of(member.tenant), approval_id=row.pk)
    approve.refuse_action(facts=admin_of(member.tenant), approval_id=row.pk)
    with pytest.raises(NotAllowed, match="already decided"):
        approve.approve_action(facts=admin_of(member.tenant), approval_id=row.pk)
    assert not FactorBlock.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_last_votes_at_once_act_once() -> None:
    member, row = asked()
    people = [admin_of(member.tenant) for _ in range(2)]

    def vote() -> bool:
        done = approve.approve_action(facts=people.pop(), approval_id=row.pk)
        return not isinstance(done, Approval)

    assert sorted(race(vote, threads=2)) == [False, True]
    assert FactorBlock.objects.count() == 1
    assert Event.objects.filter(kind="factor.reset").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_person_in_two_logins_at_once_votes_once() -> None:
    member, row = asked()
    by = admin_of(member.tenant)

    def vote() -> bool:
        try:
            approve.approve_action(facts=by, approval_id=row.pk)
        except NotAllowed:
            return False
        return True

    assert sorted(race(vote, threads=2)) == [False, True]
    assert Vote.objects.count() == 1
    assert not FactorBlock.objects.exists()
