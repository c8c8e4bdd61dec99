"""A number that serves many organizations or accounts is asked to make way for another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.reasons import AnswerReason
from otpguard.exceptions import NumberOverused
from otpguard.flows.challenge.answer import Rejected, Verified
from otpguard.flows.factor.enroll import enroll_factor
from otpguard.flows.number.claim import use_claim
from otpguard.flows.pumping.number_use import look_at_number_use
from otpguard.models import Factor, PhoneClaim, Tenant
from tests import factories
from tests.flows.number.visitor import NUMBER, parsed, visitor
from tests.flows.setting import sent_code, stopped

pytestmark = pytest.mark.django_db(transaction=True)


def reason(tenant: Tenant | None = None, **asked: Any) -> str:
    facts = factories.facts(None, tenant)
    signal = look_at_number_use(facts, NUMBER, **asked)
    return signal.reason if signal else ""


def young() -> Tenant:
    """A tenant of this month: older ones do not count."""
    return factories.tenant(created_at=timezone.now())


def holder_in(*tenants: Tenant) -> str:
    """A user with the number, a member of these tenants."""
    user = factories.user()
    factories.phone_factor(user, NUMBER)
    for tenant in tenants:
        factories.member(tenant, user)
    return str(user.pk)


def test_a_fourth_new_organization_is_one_too_many() -> None:
    user = holder_in(young(), young())
    third, fourth = young(), young()
    assert reason(third, user=user) == ""
    factories.member(third, None)
    holder_in(third)
    assert reason(third, user=user) == ""
    assert reason(fourth, user=user) == "number_in_many_tenants"


def test_organizations_of_more_than_a_month_do_not_count() -> None:
    old = [factories.tenant(created_at=timezone.now() - timedelta(days=31)) for _ in range(5)]
    assert reason(factories.tenant(), user=holder_in(*old)) == ""


def test_an_unconfirmed_number_and_a_membership_that_ended_do_not_count() -> None:
    user = factories.user()
    factories.phone_factor(user, NUMBER, confirmed=False)
    for _ in range(4):
        factories.member(factories.tenant(), user)
    other = holder_in()
    for _ in range(4):
        factories.member(factories.tenant(), factories.user(), active=False)
    assert reason(factories.tenant(), user=other) == ""


def test_a_third_account_of_strangers_is_one_too_many_and_the_same_one_is_not() -> None:
    first, second = holder_in(), holder_in()
    claim = visitor().prove()
    assert reason(claim=claim.pk, user=first) == reason(claim=claim.pk, user=second) == ""
    assert reason(claim=claim.pk) == "number_in_many_accounts"
    with pytest.raises(NumberOverused):
        use_claim(facts=replace(visitor().facts, browser=claim.browser), claim=claim)
    claim.refresh_from_db()
    assert claim.used_at is None


def test_an_organization_that_has_shown_use_may_have_a_third_account_on_it() -> None:
    holder_in(), holder_in()
    assert reason(factories.tenant(), claim=visitor().prove().pk) == ""
    young = factories.tenant(usage_signal_at=None)
    assert reason(young, claim=visitor().prove().pk) == "number_in_many_accounts"


def test_a_claim_that_was_used_without_a_name_is_an_account() -> None:
    for _ in range(2):
        who = visitor()
        use_claim(facts=replace(who.facts, now=timezone.now()), claim=who.prove())
    who = visitor()
    with pytest.raises(NumberOverused):
        use_claim(facts=replace(who.facts, now=timezone.now()), claim=who.prove())
    assert PhoneClaim.objects.filter(used_at=None).count() == 1


def test_without_limits_nothing_counts(settings: Any) -> None:
    none = {"NUMBER_TENANTS": 0, "NUMBER_ACCOUNTS": 0, "NUMBER_ACCOUNTS_STRICT": 0}
    settings.OTPGUARD = {**settings.OTPGUARD, "HYGIENE": none}
    for _ in range(4):
        holder_in(factories.tenant())
    assert reason(factories.tenant(), claim=visitor().prove().pk) == ""


@pytest.mark.parametrize(("others", "bound"), [(2, True), (3, False)])
def test_a_number_is_bound_in_a_third_organization_and_not_in_a_fourth(
    others: int, bound: bool
) -> None:
    for _ in range(others):
        holder_in(young())
    who = stopped()
    who.factor.delete()
    facts = replace(who.facts, authenticated_at=timezone.now())
    given = {"number": parsed(NUMBER)}
    challenge = enroll_factor(facts=facts, ask=who.ask, kind="phone", given=given)
    answer = who.answer(challenge, sent_code(challenge))
    mine = Factor.objects.get(user=who.member.user)
    assert mine.confirmed is bound
    if bound:
        assert isinstance(answer, Verified)
    else:
        assert isinstance(answer, Rejected)
        assert answer.reason is AnswerReason.NUMBER_OVERUSED
