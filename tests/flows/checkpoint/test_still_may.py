"""Who passed earlier and asks later must still belong, without a hold, in a login that goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.conf import checkpoint
from otpguard.core.decision import Reason
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import StepUpRefused
from otpguard.flows.checkpoint.still_may import check_still_may
from otpguard.models import Event, LoginSession, Membership
from tests import factories

pytestmark = pytest.mark.django_db


def somebody() -> RequestFacts:
    tenant = factories.tenant()
    person = factories.member(tenant, roles=["admin"]).user
    sid = factories.session(person).sid
    return RequestFacts(
        now=timezone.now(), user=str(person.pk), tenant=str(tenant.pk), sid=sid, method="POST"
    )


def why(facts: RequestFacts) -> Reason:
    with pytest.raises(StepUpRefused) as refused:
        check_still_may(facts=facts, checkpoint=checkpoint("data_export"))
    return refused.value.decision.reason


def test_a_member_in_a_live_login_stands() -> None:
    check_still_may(facts=somebody(), checkpoint=checkpoint("data_export"))
    assert not Event.objects.filter(kind__startswith="checkpoint.").exists()


def test_a_login_that_ended_stands_no_more() -> None:
    facts = somebody()
    LoginSession.objects.filter(pk=facts.sid).update(ended_at=timezone.now())
    assert why(facts) is Reason.NOT_LOGGED_IN


def test_the_login_of_somebody_else_is_none() -> None:
    assert why(replace(somebody(), sid=somebody().sid)) is Reason.NOT_LOGGED_IN


def test_another_tenant_is_not_theirs() -> None:
    other = str(factories.tenant().pk)
    assert why(replace(somebody(), tenant=other)) is Reason.NOT_A_MEMBER


def test_a_hold_stops_it() -> None:
    facts = somebody()
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    Membership.objects.filter(user_id=facts.user).update(held={"data_export": until})
    assert why(facts) is Reason.HELD
