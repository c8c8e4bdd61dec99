"""A hold ends early by one other person, or by as many as the policy says; never by who is held."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.approval import approve
from otpguard.flows.release import hold
from otpguard.flows.release.held import MEMBER_HOLD
from otpguard.flows.release.lift import lift_or_ask
from otpguard.models import Approval, Event, Hold, Membership, Notice
from otpguard.testing.racing import race
from tests import factories
from tests.flows.factor.setting import admin_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_two(settings: Any) -> None:
    """The policy asks for one more than the person who lifts."""
    defaults = {"security_settings.lift_hold": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}


def held(by: RequestFacts | None = None, *, reason: str = "a test") -> Hold:
    member = factories.member(factories.tenant(), roles=["admin"])
    by = by or factories.facts(factories.user(), member.tenant)
    until = by.now + timedelta(hours=1)
    return hold.start(facts=by, membership=member, checkpoint="api_key", until=until, reason=reason)


def lift(by: RequestFacts, row: Hold, reason: str = "known in person") -> bool | Approval:
    return lift_or_ask(facts=by, kind=MEMBER_HOLD, held_id=str(row.pk), reason=reason)


def test_without_a_policy_one_other_administrator_lifts_it_once() -> None:
    row = held()
    assert lift(admin_of(row.tenant), row) is True
    assert lift(admin_of(row.tenant), row) is False


def test_where_the_policy_says_so_two_others_lift_it(by_two: None) -> None:
    row = held()
    asked = lift(admin_of(row.tenant), row)
    assert isinstance(asked, Approval)
    assert Membership.objects.get(pk=row.membership_id).held
    assert approve.approve_action(facts=admin_of(row.tenant), approval_id=asked.pk) is True
    assert not Membership.objects.get(pk=row.membership_id).held


def test_who_is_held_neither_asks_nor_approves(by_two: None) -> None:
    row = held()
    own = factories.facts(row.user, row.tenant)
    with pytest.raises(NotAllowed, match="your own hold"):
        lift(own, row)
    asked = lift(admin_of(row.tenant), row)
    assert isinstance(asked, Approval)
    with pytest.raises(NotAllowed, match="Another administrator must"):
        approve.approve_action(facts=own, approval_id=asked.pk)


def test_the_sites_operators_need_nobody_else(by_two: None) -> None:
    row = held()
    assert lift(factories.facts(factories.staff()), row) is True


NEW_ROLE = f"{hold.HoldCause.NEW_ROLE}: admin"


def test_who_gave_a_role_does_not_end_its_wait_alone() -> None:
    row = held(reason=NEW_ROLE)
    asked = lift(admin_of(row.tenant), row)
    assert isinstance(asked, Approval)
    assert Membership.objects.get(pk=row.membership_id).held
    assert approve.approve_action(facts=admin_of(row.tenant), approval_id=asked.pk) is True
    assert not Membership.objects.get(pk=row.membership_id).held


def test_the_second_who_lifts_the_wait_of_a_role_approves_it() -> None:
    row = held(reason=NEW_ROLE)
    one = admin_of(row.tenant)
    assert isinstance(lift(one, row), Approval)
    assert isinstance(lift(one, row), Approval), "the same person twice is one"
    assert lift(admin_of(row.tenant), row) is True


def test_an_operator_of_the_site_ends_the_wait_of_a_role_alone_and_it_is_written_down() -> None:
    row, operator = held(reason=NEW_ROLE), factories.staff()
    assert lift(factories.facts(operator), row, "called back, known in person") is True
    event = Event.objects.get(kind="hold.lifted")
    assert (event.actor_ref, event.subject_ref) == (str(operator.pk), str(row.user_id))
    assert "called back" in str(json.loads(event.body)["data"]["reason"])
    assert Notice.objects.filter(kind="hold_lifted", user_id=row.user_id).exists()


def test_staff_inside_the_tenant_are_no_operators_of_the_site() -> None:
    row = held(reason=NEW_ROLE)
    staff = factories.member(row.tenant, factories.staff(), roles=["admin"])
    assert isinstance(lift(factories.facts(staff.user, row.tenant), row), Approval)


def test_an_operator_gives_a_reason_and_lifts_nothing_of_their_own() -> None:
    row = held(reason=NEW_ROLE)
    with pytest.raises(InvalidInput):
        lift(factories.facts(factories.staff()), row, "")
    own = factories.member(row.tenant, factories.staff(), roles=["admin"])
    by = factories.facts(factories.user(), row.tenant)
    until = by.now + timedelta(hours=1)
    mine = hold.start(facts=by, membership=own, checkpoint="*", until=until, reason=NEW_ROLE)
    with pytest.raises(NotAllowed, match="your own hold"):
        lift(factories.facts(own.user), mine)


def test_another_tenant_lifts_nothing_and_a_reason_is_needed() -> None:
    row = held()
    with pytest.raises(NotAllowed):
        lift(admin_of(factories.tenant()), row)
    with pytest.raises(InvalidInput):
        lift(admin_of(row.tenant), row, " ")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_lift_at_once_one_does() -> None:
    row = held()
    people = [admin_of(row.tenant), admin_of(row.tenant)]
    assert sorted(race(lambda: lift(people.pop(), row), threads=2)) == [False, True]
