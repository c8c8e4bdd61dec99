"""A link that logs in takes what a password reset takes, and less opens less."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser

from otpguard.core.password_reset import ResetNeed
from otpguard.core.shipped_kinds import BY_SMS
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.password_reset.login_link import enter_by_link
from otpguard.models import Event, Factor, Grant, Hold
from tests import factories
from tests.flows.password_reset.resets import SID, opened
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db


def need_of(user: AbstractUser, **known: Any) -> ResetNeed:
    return enter_by_link(facts=opened(user, **known)[0])


def enrolled() -> AbstractUser:
    user = factories.member(factories.tenant(), roles=["owner"]).user
    factories.phone_factor(user)
    return user


def test_who_has_a_factor_shows_it_and_then_enters() -> None:
    user = enrolled()
    assert need_of(user) is ResetNeed.PROOF
    facts, _token = opened(user)
    factories.grant(user, sid=SID, verified_at=facts.now, factor_id=Factor.objects.get().pk)
    assert enter_by_link(facts=facts) is ResetNeed.NOTHING
    assert not Hold.objects.exists()
    assert Event.objects.filter(kind="password_reset.refused").count() == 1, "the link alone"


def test_a_proof_of_another_browser_or_person_is_none() -> None:
    user, other = enrolled(), enrolled()
    factories.grant(user, sid="another browser")
    factories.grant(other, sid=SID)
    assert need_of(user) is ResetNeed.PROOF


def test_an_old_proof_is_none() -> None:
    user = enrolled()
    facts, _token = opened(user)
    factories.grant(user, sid=SID, verified_at=facts.now - timedelta(days=1))
    assert Grant.objects.get().facts["method"] == BY_SMS.slug
    assert enter_by_link(facts=facts) is ResetNeed.PROOF


def test_the_link_alone_lets_what_is_sensitive_wait_in_every_tenant() -> None:
    user = factories.user()
    tenants = [factories.tenant(), factories.tenant()]
    for each in tenants:
        factories.member(each, user)
    assert need_of(user) is ResetNeed.EMAIL_ONLY
    holds = Hold.objects.all()
    assert {hold.tenant_id for hold in holds} == {each.pk for each in tenants}
    assert {hold.reason for hold in holds} == {"login link: by e-mail alone"}


def test_an_account_that_was_closed_or_is_gone_needs_an_administrator() -> None:
    user = factories.user()
    facts, _token = opened(user)
    user.is_active = False
    user.save()
    assert enter_by_link(facts=facts) is ResetNeed.ADMINISTRATOR
    user.delete()
    assert enter_by_link(facts=facts) is ResetNeed.ADMINISTRATOR
    assert not Hold.objects.exists()


def test_a_refusal_is_in_the_log_and_holds_nothing() -> None:
    user = enrolled()
    Factor.objects.update(disabled_at=user.date_joined)
    assert need_of(user) is ResetNeed.ADMINISTRATOR
    assert Event.objects.filter(kind="password_reset.refused").count() == 1
    assert not Hold.objects.exists()


def test_while_the_store_is_down_nobody_enters() -> None:
    facts, _token = opened(enrolled())
    with no_answer(), pytest.raises(StoreUnavailable):
        enter_by_link(facts=facts)
