"""An administrator has a member reminded: once a day, and only of what is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from otpguard.exceptions import NotAllowed, StoreUnavailable
from otpguard.flows.tenant.member_reminder import AGAIN_AFTER, remind_member
from otpguard.models import EnrollmentRule, Event, Membership, Notice
from tests import factories
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db


def asked(member: Membership, **later: object) -> bool:
    by = factories.facts(factories.user(), member.tenant, **later)
    return remind_member(facts=by, member_id=member.pk, tenant_id=str(member.tenant_id))


def carol() -> Membership:
    return factories.member(factories.tenant(), factories.user(email="c@example.com"))


def test_a_member_without_a_way_to_confirm_is_told_and_the_log_says_who_asked() -> None:
    member = carol()
    assert asked(member)
    assert Notice.objects.get().user_id == member.user_id
    event = Event.objects.get(kind="membership.reminded")
    assert event.subject_ref == str(member.user_id)
    assert event.actor_ref


def test_within_a_day_nobody_is_told_twice_whichever_administrator_asks() -> None:
    member = carol()
    assert asked(member)
    assert not asked(member)
    assert asked(member, now=timezone.now() + AGAIN_AFTER + timedelta(minutes=1))
    assert Notice.objects.count() == 2


def test_the_notice_names_the_deadline_of_a_rule() -> None:
    member = carol()
    EnrollmentRule.objects.create(tenant=member.tenant, grace_days=9)
    assert asked(member)
    assert '"due"' in Notice.objects.get().context.reveal()


def test_who_has_what_is_asked_or_has_left_is_not_told() -> None:
    member = carol()
    factories.phone_factor(member.user)
    gone = carol()
    Membership.objects.filter(pk=gone.pk).update(active=False)
    for each in (member, gone):
        with pytest.raises(NotAllowed):
            asked(each)
    assert not Notice.objects.exists()


def test_another_organizations_member_is_out_of_reach() -> None:
    member, other = carol(), factories.tenant()
    by = factories.facts(factories.user(), other)
    for tenant in (member.tenant, other):
        with pytest.raises(NotAllowed):
            remind_member(facts=by, member_id=member.pk, tenant_id=str(tenant.pk))


def test_without_a_store_nobody_is_told() -> None:
    member = carol()
    by = factories.facts(factories.user(), member.tenant)
    with no_answer(), pytest.raises((StoreUnavailable, DatabaseError)):
        remind_member(facts=by, member_id=member.pk, tenant_id=str(member.tenant_id))
