"""An operator lets a reset through for somebody who can confirm nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone

from otpguard.core.password_reset import LINK_LIFE, ResetNeed
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.password_reset.finish import finish_reset
from otpguard.flows.password_reset.need import state_of_reset
from otpguard.flows.password_reset.permit import permit_reset
from otpguard.models import Event, Hold, Notice, ResetLink
from otpguard.testing.racing import race
from tests import factories
from tests.flows.password_reset.resets import opened
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def administrator(settings: Any) -> None:
    strict = {"password_reset": {"reset_without_factor": "administrator"}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": strict}


def permit(by: Any = None, reason: str = "called back", **known: Any) -> bool:
    facts = factories.facts(by or factories.staff(), **known)
    return permit_reset(facts=facts, link_id=ResetLink.objects.get().pk, reason=reason)


def test_the_dead_end_opens_once_and_what_is_sensitive_waits() -> None:
    user = factories.user()
    member = factories.member(factories.tenant(), user)
    facts, token = opened(user)
    assert state_of_reset(facts, user).need is ResetNeed.ADMINISTRATOR
    operator = factories.staff()
    assert permit(operator)
    assert not permit(operator), "a repeat writes nothing"
    assert (
        finish_reset(facts=facts, token=token, set_password=lambda _user: None)
        is ResetNeed.EMAIL_ONLY
    )
    link = ResetLink.objects.get()
    assert (link.permitted_by, link.email_only) == (operator, True)
    assert Hold.objects.get().membership_id == member.pk
    assert Notice.objects.filter(user=user, kind="password_reset_permitted").exists()
    event = Event.objects.get(kind="password_reset.permitted")
    assert (event.actor_ref, event.subject_ref) == (str(operator.pk), str(user.pk))
    newer, _token = opened(user)
    assert state_of_reset(newer, user).need is ResetNeed.ADMINISTRATOR, (
        "a newer link needs it again"
    )


def test_a_permit_for_one_person_opens_nothing_to_another() -> None:
    opened(factories.user())
    permit()
    other = factories.user()
    facts, _token = opened(other)
    assert state_of_reset(facts, other).need is ResetNeed.ADMINISTRATOR


def test_a_person_with_a_factor_is_not_let_past_it() -> None:
    user = factories.user()
    factories.phone_factor(user)
    facts, _token = opened(user)
    with pytest.raises(NotAllowed, match="reset it first"):
        permit()
    ResetLink.objects.update(permitted_at=timezone.now())
    assert state_of_reset(facts, user).need is ResetNeed.PROOF


def test_nobody_lets_their_own_reset_through() -> None:
    operator = factories.staff()
    opened(operator)
    with pytest.raises(NotAllowed, match="your own"):
        permit(operator)


def test_an_organization_s_administrator_does_not_decide_for_the_others() -> None:
    user, tenant = factories.user(), factories.tenant()
    factories.member(tenant, user)
    opened(user)
    admin = factories.member(tenant, roles=["admin"]).user
    with pytest.raises(NotAllowed):
        permit_reset(
            facts=factories.facts(admin, tenant),
            link_id=ResetLink.objects.get().pk,
            reason="called back",
        )
    assert ResetLink.objects.get().permitted_at is None


def test_a_link_that_is_over_and_an_empty_reason_are_refused() -> None:
    opened(factories.user())
    with pytest.raises(InvalidInput):
        permit(reason="  ")
    ResetLink.objects.update(created_at=timezone.now() - LINK_LIFE - timedelta(seconds=1))
    with pytest.raises(NotAllowed, match="Ask for a new one"):
        permit()


def test_of_two_operators_at_once_one_writes() -> None:
    opened(factories.user())
    operators = [factories.staff() for _ in range(4)]
    rest = iter(operators)
    assert sum(race(lambda: permit(next(rest)), threads=4)) == 1
    assert Event.objects.filter(kind="password_reset.permitted").count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_with_the_store_down_nothing_is_let_through() -> None:
    opened(factories.user())
    operator, link = factories.staff(), ResetLink.objects.get()
    with store_down(), pytest.raises(OperationalError):
        permit_reset(facts=factories.facts(operator), link_id=link.pk, reason="called back")
    assert ResetLink.objects.get().permitted_at is None
