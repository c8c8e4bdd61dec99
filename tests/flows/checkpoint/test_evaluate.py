"""Evidence, policy and factors come together in as few reads as they can."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from otpguard.conf import checkpoint
from otpguard.core.assurance import AssuranceLevel, Primary
from otpguard.core.decision import Allow, Deny, Reason, RequireChallenge, RequireEnrollment
from otpguard.flows.checkpoint.evaluate import (
    evaluate_request,
    evidence_of,
    policy_of,
    wait_here,
)
from otpguard.grants.evidence import Evidence
from otpguard.models import FactorBlock
from otpguard.tenants.policies import Scope
from tests import factories
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> Stopped:
    return stopped()


def judged(who: Stopped, slug: str = "billing_change", intent: str = "") -> Any:
    evidence = evidence_of(who.facts, checkpoint(slug))
    assert isinstance(evidence, Evidence)
    policy = policy_of(who.facts, checkpoint(slug), evidence)
    return evaluate_request(
        who.facts, checkpoint(slug), policy=policy, evidence=evidence, intent=intent
    )


@pytest.mark.django_db(transaction=True)
def test_a_proof_is_found_in_one_statement(who: Stopped, django_assert_num_queries: Any) -> None:
    factories.grant(who.member.user, who.member.tenant, sid=who.facts.sid)
    judged(who)  # the policy's one read
    with django_assert_num_queries(1):
        assert isinstance(judged(who), Allow)


@pytest.mark.django_db(transaction=True)
def test_factors_are_read_only_on_the_way_to_a_refusal(
    who: Stopped, django_assert_num_queries: Any
) -> None:
    judged(who)
    with django_assert_num_queries(2):
        assert isinstance(judged(who), RequireChallenge)


def test_an_intent_asks_for_a_proof_bound_to_it(who: Stopped) -> None:
    factories.grant(who.member.user, who.member.tenant, sid=who.facts.sid, intent="a", uses_left=1)
    assert isinstance(judged(who, intent="a"), Allow)
    assert isinstance(judged(who, intent="b"), RequireChallenge)


def test_the_tier_of_the_tenant_decides_the_policy() -> None:
    rich = stopped(annual_contract_value=100_000)
    evidence = evidence_of(rich.facts, checkpoint("billing_change"))
    assert isinstance(evidence, Evidence)
    policy = policy_of(rich.facts, checkpoint("billing_change"), evidence)
    assert policy.required_level is AssuranceLevel.AAL3


def test_without_a_tenant_only_staff_and_those_who_join_are_somebody(db: None) -> None:
    person, operator = factories.user(), factories.staff()
    plain = factories.facts(person, sid="s", primary=Primary.PASSWORD)
    assert evidence_of(plain, checkpoint("api_key")) == Deny(reason=Reason.NO_TENANT)
    assert isinstance(evidence_of(plain, checkpoint("signup")), Evidence)
    staff = factories.facts(operator, sid="s", primary=Primary.PASSWORD)
    assert isinstance(evidence_of(staff, checkpoint("api_key")), Evidence)
    nobody = factories.facts()
    assert evidence_of(nobody, checkpoint("signup")) == Deny(reason=Reason.NOT_LOGGED_IN)


# --- what changes a person's factors (A1) --------------------------------------------------------


def test_a_tenants_token_changes_nothing_that_is_the_persons_own(who: Stopped) -> None:
    """A1: a tenant that supplies a factor knows its seed; it must not add others by it."""
    token = factories.phone_factor(who.member.user, tenant=who.member.tenant)
    asked = judged(who, "factor_change")
    assert isinstance(asked, RequireChallenge)
    assert asked.factors == (str(who.factor.pk),)
    proof = {"sid": who.facts.sid, "intent": "a", "uses_left": 1}
    grant = factories.grant(who.member.user, who.member.tenant, factor_id=token.pk, **proof)
    assert isinstance(judged(who, "factor_change", intent="a"), RequireChallenge)
    assert isinstance(judged(who, intent="a"), Allow), "elsewhere in the tenant it counts"
    grant.delete()
    factories.grant(who.member.user, who.member.tenant, factor_id=who.factor.pk, **proof)
    assert isinstance(judged(who, "factor_change", intent="a"), Allow)


def test_where_nothing_of_ones_own_counts_the_tenants_factor_changes_the_tenants(
    who: Stopped,
) -> None:
    token = factories.phone_factor(who.member.user, tenant=who.member.tenant)
    FactorBlock.objects.create(tenant=who.member.tenant, factor=who.factor, reason="reset")
    asked = judged(who, "factor_change")
    assert isinstance(asked, RequireChallenge)
    assert asked.factors == (str(token.pk),)
    proof = {"sid": who.facts.sid, "intent": "a", "uses_left": 1}
    factories.grant(who.member.user, who.member.tenant, factor_id=token.pk, **proof)
    assert isinstance(judged(who, "factor_change", intent="a"), Allow)


# --- one tenant's wish must not trap its members everywhere (C26) ---------------------------------


@pytest.mark.parametrize(
    "wishes",
    [
        {"required_level": "AAL3"},
        {"allowed_factors": ["passkey"]},
        {"allowed_channels": []},
        {"attested_only": True, "allowed_factors": ["passkey"], "required_level": "AAL3"},
    ],
)
@pytest.mark.parametrize("place", ["factor_change", "*"])
def test_whatever_one_tenant_wishes_a_member_can_change_factors_with_what_they_have(
    who: Stopped, settings: Any, wishes: dict[str, Any], place: str
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "USER_WIDE_CEILING": "AAL3"}
    strict = factories.tenant()
    factories.member(strict, who.member.user)
    strict.policy_wishes.create(checkpoint=place, version=1, wishes=wishes)
    asked = judged(who, "factor_change")
    assert isinstance(asked, RequireChallenge)
    assert asked.factors == (str(who.factor.pk),)


def test_a_number_waits_longer_only_where_the_tenant_says_so(who: Stopped) -> None:
    soon = who.facts.now - timedelta(hours=1)
    factories.age(who.factor, usable_from=soon)
    here, there = who.member.tenant, factories.tenant()
    here.policy_wishes.create(checkpoint="factor_change", version=1, wishes={"hold": 30 * 86_400})
    assert wait_here(soon, Scope.of_tenant(here), now=who.facts.now) == soon + timedelta(days=29)
    assert wait_here(soon, Scope.of_tenant(there), now=who.facts.now) == soon
    assert isinstance(judged(who), RequireEnrollment)
