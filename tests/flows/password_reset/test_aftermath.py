"""What ends, and what waits, after an account was got back by a mailbox."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.database import transaction
from otpguard.flows.password_reset.aftermath import end_everything, hold_sensitive
from otpguard.models import Grant, Hold, LoginSession
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_everything_of_the_person_ends_and_nothing_of_others() -> None:
    user, other = factories.user(), factories.user()
    for each in (user, other):
        session = factories.session(each)
        factories.grant(each, factories.tenant(), sid=session.sid)
    with transaction.atomic():
        end_everything(factories.facts(user), "a test")
    assert LoginSession.objects.filter(ended_at=None).get().user_id == other.pk
    assert Grant.objects.filter(revoked_at=None).get().user_id == other.pk


def test_each_organization_of_the_person_waits() -> None:
    user, facts = factories.user(), None
    for _ in range(2):
        factories.member(factories.tenant(), user)
    factories.member(factories.tenant(), user, active=False)
    facts = factories.facts(user)
    until = hold_sensitive(facts, timedelta(hours=24), "a test: it")
    assert until == facts.now + timedelta(hours=24)
    assert Hold.objects.count() == 2


def test_no_wait_and_no_organization_hold_nothing() -> None:
    user = factories.user()
    assert hold_sensitive(factories.facts(user), timedelta(hours=24), "a test: it") is None
    factories.member(factories.tenant(), user)
    assert hold_sensitive(factories.facts(user), timedelta(0), "a test: it") is None
    assert not Hold.objects.exists()
