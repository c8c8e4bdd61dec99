"""Where the policy says so, an export is made only when others have approved it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.approval.approve import approve_action, refuse_action
from otpguard.flows.release.approved import LIFE, RELEASE, ask_for_release, is_refused
from otpguard.flows.release.cancel import cancel_release
from otpguard.flows.release.expire import tend_releases
from otpguard.models import Approval, Membership, Release
from tests import factories
from tests.flows.factor.setting import admin_of
from tests.releasing import asked, asked_by, made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs", "by_two")]


@pytest.fixture
def by_two(settings: Any, jobs: None) -> None:
    del jobs
    defaults = {"data_export": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}


@pytest.fixture
def member() -> Membership:
    return factories.member(factories.tenant(), roles=["member"])


def wait_for(member: Membership) -> tuple[RequestFacts, Release, Approval]:
    facts, release = asked_by(member)
    return facts, release, Approval.objects.get(what={"release": str(release.pk)})


def test_no_worker_begins_it_before_another_administrator_agrees(member: Membership) -> None:
    _facts, release, approval = wait_for(member)
    assert (release.waits_for_approval, approval.needed) == (True, 1)
    assert made(release).state == "queued"
    tend_releases(now=timezone.now() + timedelta(minutes=10))
    assert made(release).state == "queued"
    assert asked == []
    approve_action(facts=admin_of(member.tenant), approval_id=approval.pk)
    assert made(release).state == "ready"


def test_the_hold_still_runs_from_the_moment_it_was_asked_for(member: Membership) -> None:
    facts, release, approval = wait_for(member)
    approve_action(facts=admin_of(member.tenant), approval_id=approval.pk)
    assert made(release).opens_at == facts.now + timedelta(hours=1)


def test_who_asked_does_not_approve_nor_an_administrator_of_elsewhere(member: Membership) -> None:
    boss = factories.member(member.tenant, roles=["admin"])
    facts, release, approval = wait_for(boss)
    for by in (facts, admin_of(factories.tenant())):
        with pytest.raises(NotAllowed):
            approve_action(facts=by, approval_id=approval.pk)
    assert made(release).state == "queued"


def test_a_refusal_ends_it_with_the_next_sweep(member: Membership) -> None:
    _facts, release, approval = wait_for(member)
    now = timezone.now()
    assert not is_refused(release, now=now)
    refuse_action(facts=admin_of(member.tenant), approval_id=approval.pk)
    assert is_refused(release, now=now)
    tend_releases(now=now)
    release.refresh_from_db()
    assert (release.state, release.reason) == ("canceled", "approval")


def test_without_a_decision_it_ends_before_it_would_count_as_failed(member: Membership) -> None:
    _facts, release, _approval = wait_for(member)
    tend_releases(now=timezone.now() + LIFE + timedelta(minutes=1))
    release.refresh_from_db()
    assert (release.state, release.reason) == ("canceled", "approval")


def test_a_canceled_export_is_not_made_by_a_late_approval(member: Membership) -> None:
    facts, release, approval = wait_for(member)
    assert cancel_release(facts=facts, release=release)
    with pytest.raises(NotAllowed, match="ended already"):
        approve_action(facts=admin_of(member.tenant), approval_id=approval.pk)
    assert made(release).state == "canceled"


def test_an_approval_for_somebody_who_has_lost_a_role_makes_nothing(member: Membership) -> None:
    _facts, release, approval = wait_for(member)
    Membership.objects.filter(pk=member.pk).update(roles=[])
    with pytest.raises(NotAllowed, match="may not ask for it any more"):
        approve_action(facts=admin_of(member.tenant), approval_id=approval.pk)
    assert made(release).state == "queued"


def test_the_other_administrators_are_asked_once(member: Membership) -> None:
    facts, release, approval = wait_for(member)
    again = ask_for_release(facts=facts, release=release, needed=1)
    assert (again.pk, again.action) == (approval.pk, RELEASE.name)


def test_where_the_policy_asks_for_no_one_it_is_made_at_once(
    settings: Any, member: Membership
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": {}}
    _facts, release = asked_by(member)
    assert not Approval.objects.exists()
    assert made(release).state == "ready"
