"""What became of somebody's ways to confirm is read for the page that asks for a new one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from otpguard.core.assurance import AssuranceLevel, Primary
from otpguard.core.facts import RequestFacts
from otpguard.core.presets import BASE
from otpguard.core.set_up_reason import SetUpReason
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.factor.reset import reset_factors
from otpguard.flows.factor.set_up_reason import LATELY, what_was_lost, why_to_set_up
from otpguard.flows.release import hold
from otpguard.models import Hold, Membership
from otpguard.models.factor import DisabledBy
from tests import factories
from tests.flows.factor.setting import admin_of, of
from tests.store_down import store_down

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Membership:
    return factories.member(factories.tenant())


def here(member: Membership) -> RequestFacts:
    return factories.facts(member.user, member.tenant, primary=Primary.PASSWORD)


def test_who_never_had_one_has_lost_nothing(member: Membership) -> None:
    assert what_was_lost(here(member)) == []


def test_a_reset_is_said_here_and_in_no_other_organization(member: Membership) -> None:
    factories.phone_factor(member.user)
    reset_factors(facts=admin_of(member.tenant), **of(member))
    assert what_was_lost(here(member)) == [SetUpReason.RESET, SetUpReason.BLOCKED]
    elsewhere = factories.member(factories.tenant(), member.user)
    assert what_was_lost(here(elsewhere)) == []
    other = factories.member(member.tenant)
    assert what_was_lost(here(other)) == [], "nobody else's reset"


def test_a_reset_of_long_ago_is_not_told_any_more(member: Membership) -> None:
    factories.phone_factor(member.user)
    reset_factors(facts=admin_of(member.tenant), **of(member))
    Hold.objects.update(created_at=here(member).now - LATELY - timedelta(minutes=1))
    assert what_was_lost(here(member)) == [SetUpReason.BLOCKED]


def test_a_password_that_was_reset_by_email_alone_is_said(member: Membership) -> None:
    by = here(member)
    until, reason = by.now + timedelta(hours=1), f"{hold.HoldCause.EMAIL_ONLY}: by e-mail alone"
    hold.start(facts=by, membership=member, checkpoint="*sensitive", until=until, reason=reason)
    assert what_was_lost(by) == [SetUpReason.EMAIL_ONLY]


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (DisabledBy.GUESSES, SetUpReason.LOCKED_OUT),
        (DisabledBy.OPERATOR, SetUpReason.SWITCHED_OFF),
    ],
)
def test_what_was_switched_off_is_said_with_who_did_it(
    member: Membership, by: DisabledBy, reason: SetUpReason
) -> None:
    factor = factories.totp_factor(member.user)
    factor.disabled_at, factor.disabled_by = here(member).now, by
    factor.save()
    assert what_was_lost(here(member)) == [reason]


def why(member: Membership, **changed: Any) -> Any:
    asked: dict[str, Any] = {"checkpoint": "api_key", "policy": BASE, "level": AssuranceLevel.AAL3}
    return why_to_set_up(here(member), **asked | changed)


def test_what_somebody_has_and_what_they_lost_stand_together(member: Membership) -> None:
    lost = factories.totp_factor(member.user)
    lost.disabled_at, lost.disabled_by = here(member).now, DisabledBy.OPERATOR
    lost.save()
    factories.phone_factor(member.user)
    assert why(member).reasons == (SetUpReason.SWITCHED_OFF, SetUpReason.TOO_WEAK)
    assert why(member, level=AssuranceLevel.AAL2).reasons == (SetUpReason.SWITCHED_OFF,)


def test_it_is_four_statements_however_much_there_is(member: Membership) -> None:
    for _ in range(3):
        factories.phone_factor(member.user)
    with CaptureQueriesContext(connection) as statements:
        why(member)
    assert len(statements) <= 4


@pytest.mark.django_db(transaction=True)
def test_without_the_store_nothing_is_guessed() -> None:
    member = factories.member(factories.tenant())
    with store_down(), pytest.raises((StoreUnavailable, DatabaseError)):
        why(member)
