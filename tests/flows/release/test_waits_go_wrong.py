"""Waits and what may go wrong meanwhile: clocks, roles that go, two at once, links used twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.facts import RequestFacts
from otpguard.core.password_reset import ResetNeed
from otpguard.exceptions import NotAllowed
from otpguard.flows.approval.approve import approve_action, ask_approval
from otpguard.flows.closure.ask import ask_closure, cancel_token
from otpguard.flows.closure.cancel import cancel_closure_by_link
from otpguard.flows.closure.close import close_due
from otpguard.flows.factor.reset_request import FACTOR_RESET
from otpguard.flows.password_reset.finish import finish_reset
from otpguard.flows.password_reset.link import find_link, make_link
from otpguard.flows.release import hold
from otpguard.flows.release.ask import MOST_LIVE, ask_release
from otpguard.flows.release.download import begin_download
from otpguard.flows.release.held import MEMBER_HOLD
from otpguard.flows.release.lift import lift_or_ask
from otpguard.flows.tenant.import_members import MemberRow
from otpguard.flows.tenant.import_request import import_members_or_ask
from otpguard.flows.tenant.provision import set_member
from otpguard.models import Approval, Grant, Hold, Membership, Release, Tenant
from otpguard.testing.racing import race
from tests import factories
from tests.flows.factor.setting import admin_of
from tests.flows.password_reset.resets import opened
from tests.releasing import ready

pytestmark = pytest.mark.django_db(transaction=True)
JUMP = timedelta(hours=30)


def held(member: Membership, by: RequestFacts, reason: str = "a test") -> Hold:
    until = by.now + timedelta(hours=24)
    return hold.start(facts=by, membership=member, checkpoint="*", until=until, reason=reason)


def is_held(member: Membership) -> bool:
    return bool(Membership.objects.get(pk=member.pk).held)


def test_a_clock_that_is_put_back_ends_no_wait() -> None:
    by = admin_of(factories.tenant())
    member = factories.member(Tenant.objects.get(pk=by.tenant))
    held(member, by)
    back = replace(factories.facts(member.user, member.tenant), now=by.now - JUMP)
    found = hold.cause_of(facts=back, checkpoint=checkpoint_named("data_export"))
    running = Hold.objects.filter(user=member.user, until__gt=back.now)
    assert (found, running.count()) == (None, 1), "an operator's own, and it runs"


@pytest.mark.usefixtures("jobs")
def test_a_clock_that_is_put_back_makes_an_export_wait_longer_and_never_shorter() -> None:
    facts, release = ready()
    Release.objects.update(held_until=facts.now)
    release.refresh_from_db()
    with pytest.raises(NotAllowed):
        begin_download(facts=replace(facts, now=facts.now - JUMP), release=release)
    release.refresh_from_db()
    assert release.downloads == []


def test_what_was_asked_for_by_a_clock_that_ran_ahead_is_decided_once_it_is_past() -> None:
    tenant = factories.tenant()
    asker = admin_of(tenant)
    subject = factories.member(tenant)
    ahead = replace(asker, now=asker.now + JUMP)
    asked = ask_approval(
        facts=ahead,
        action=FACTOR_RESET,
        subject_id=str(subject.user_id),
        tenant_id=str(tenant.pk),
        what={"factors": None},
        reason="a test",
        context={},
        needed=1,
    )
    with pytest.raises(NotAllowed, match="decided, or it has expired"):
        approve_action(facts=admin_of(tenant), approval_id=asked.pk)
    asked.refresh_from_db()
    assert asked.state == Approval.State.OPEN


def test_a_closing_waits_for_its_moment_whatever_the_clock_did_between() -> None:
    facts = admin_of(factories.tenant())
    tenant = ask_closure(facts=facts)
    assert close_due(now=facts.now - JUMP) == 0
    assert close_due(now=facts.now + timedelta(hours=71)) == 0
    tenant.refresh_from_db()
    assert tenant.status == Tenant.Status.ACTIVE


def test_a_reset_link_of_a_clock_that_ran_ahead_opens_nothing_for_longer() -> None:
    user, now = factories.user(), factories.facts().now
    _row, token = make_link(user, now=now + JUMP)
    assert find_link(user=user, token=token, now=now + JUMP + timedelta(hours=2)) is None


def test_a_role_that_goes_while_a_wait_runs_ends_neither_the_wait_nor_its_reason() -> None:
    by = admin_of(factories.tenant())
    tenant = Tenant.objects.get(pk=by.tenant)
    user = str(factories.user().pk)
    values: dict[str, Any] = {"facts": by, "tenant": tenant, "user_id": user, "active": True}
    member = set_member(roles=["admin"], **values)
    set_member(roles=["member"], **values)
    assert is_held(member)
    set_member(roles=["billing_admin"], **values)
    assert Hold.objects.filter(user=user).count() == 2


def test_who_loses_the_role_between_two_words_lifts_nothing() -> None:
    first, second = (admin_of(tenant) for tenant in [factories.tenant()] * 2)
    tenant = Tenant.objects.get(pk=first.tenant)
    member = factories.member(tenant)
    row = held(member, second, f"{hold.HoldCause.NEW_ROLE}: admin")
    lift: dict[str, Any] = {"kind": MEMBER_HOLD, "held_id": str(row.pk), "reason": "known"}
    assert isinstance(lift_or_ask(facts=first, **lift), Approval)
    third = admin_of(tenant)
    gone: dict[str, Any] = {"tenant": tenant, "user_id": first.user, "roles": ["member"]}
    set_member(facts=third, active=True, **gone)
    with pytest.raises(NotAllowed, match="may not ask"):
        lift_or_ask(facts=third, **lift)
    assert is_held(member)


def test_an_import_is_approved_once_however_many_press_it(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": {"role_grant": {"approvals": 1}}}
    tenant, boss = factories.tenant(), factories.user()
    rows = [MemberRow(user_id=str(boss.pk), roles=["admin"])]
    asked = import_members_or_ask(facts=admin_of(tenant), tenant=tenant, rows=rows)
    assert isinstance(asked, Approval)
    people = [admin_of(tenant) for _ in range(3)]

    def press() -> str:
        try:
            approve_action(facts=people.pop(), approval_id=asked.pk)
        except NotAllowed:
            return "refused"
        return "done"

    assert sorted(race(press, threads=3)) == ["done", "refused", "refused"]
    assert Hold.objects.filter(user=boss).count() == 1


@pytest.mark.usefixtures("jobs")
def test_two_people_who_export_at_once_get_a_file_each() -> None:
    tenant = factories.tenant()
    people = [factories.facts(factories.member(tenant).user, tenant) for _ in range(2)]
    race(lambda: ask_release(facts=people.pop(), job="people", arguments={}), threads=2)
    assert Release.objects.values("user").distinct().count() == 2


@pytest.mark.usefixtures("jobs")
def test_one_person_at_many_doors_at_once_has_no_more_files_than_one_after_another() -> None:
    member = factories.member(factories.tenant())
    facts = factories.facts(member.user, member.tenant)
    orders = [{"part": at} for at in range(MOST_LIVE + 3)]

    def order() -> bool:
        try:
            ask_release(facts=facts, job="people", arguments=orders.pop())
        except NotAllowed:
            return False
        return True

    assert sum(race(order, threads=MOST_LIVE + 3)) == MOST_LIVE
    assert Release.objects.count() == MOST_LIVE


def test_a_closing_that_was_asked_for_again_is_not_canceled_by_the_link_of_the_first() -> None:
    facts = admin_of(factories.tenant())
    first = ask_closure(facts=facts)
    token = cancel_token(first, facts.user)
    assert cancel_closure_by_link(facts=factories.facts(), token=token) is not None
    later = replace(facts, now=facts.now + timedelta(minutes=1))
    second = ask_closure(facts=later)
    assert cancel_closure_by_link(facts=factories.facts(), token=token) is None
    second.refresh_from_db()
    assert second.closes_at is not None


def test_a_reset_of_a_person_of_three_tenants_holds_and_ends_in_each_and_nowhere_else() -> None:
    user = factories.user()
    members = [factories.member(factories.tenant(), user) for _ in range(3)]
    other = factories.member(members[0].tenant)
    for member in (*members, other):
        factories.grant(member.user, member.tenant)
    facts, token = opened(user)
    finish: dict[str, Any] = {"facts": facts, "set_password": lambda _user: None}
    assert finish_reset(token=token, **finish) is ResetNeed.EMAIL_ONLY
    assert [is_held(member) for member in members] == [True] * 3
    assert not is_held(other)
    left = Grant.objects.filter(revoked_at=None)
    assert list(left.values_list("user", flat=True)) == [other.user_id]
    assert finish_reset(token=token, **finish) is None, "a link serves once"
