"""The methods of identity providers, and where the guard lets them serve."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.assurance import (
    SAAS_2026,
    AssuranceLevel,
    Grade,
    MethodFacts,
    Primary,
)
from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.decision import Allow, Member, Need, Reason, decide
from otpguard.core.evidence import Proof, Source
from otpguard.core.federation.local import stays_local
from otpguard.core.federation.methods import BY_IDP_MFA, BY_IDP_PHRH, IDP_METHODS
from otpguard.core.policy import Policy
from otpguard.core.presets import BASE, Preset, Tier, policy_pair_for
from otpguard.core.shipped_kinds import BY_SAVED_CODE, SHIPPED, SHIPPED_METHODS
from tests.core.strategies import NOW, policies

SIGNED_IN = Proof(
    grant="idp",
    facts=MethodFacts(method=BY_IDP_MFA, primary=Primary.SSO),
    verified_at=NOW,
    source=Source.IDP,
)
SERVES = replace(BASE, idp_satisfies=True)
LOCAL = [checkpoint for checkpoint in BUILT_IN.values() if stays_local(checkpoint)]


def at(
    policy: Policy, *proofs: Proof, checkpoint: Checkpoint = BUILT_IN["billing_change"]
) -> object:
    return decide(
        checkpoint=checkpoint,
        policy=policy,
        profile=SAAS_2026,
        member=Member(),
        proofs=proofs or (SIGNED_IN,),
        intent="",
        binds=False,
        now=NOW,
    )


def test_each_grade_of_an_identity_provider_has_its_method() -> None:
    assert set(IDP_METHODS) == {grade for grade in Grade if grade.startswith("idp")}
    assert all(method.grade == slug for slug, method in IDP_METHODS.items())


def test_they_belong_to_no_kind_of_factor_that_a_policy_lists() -> None:
    assert not {method.kind for method in IDP_METHODS.values()} & set(SHIPPED)
    assert not set(IDP_METHODS) & set(SHIPPED_METHODS)


def test_a_sign_in_serves_only_where_the_policy_says_so() -> None:
    assert isinstance(at(SERVES), Allow)
    assert at(BASE) == Need(level=AssuranceLevel.AAL2, reason=Reason.FACTOR_NOT_ALLOWED)


def test_a_sign_in_by_more_than_one_factor_is_too_low_for_aal3() -> None:
    asks = replace(SERVES, required_level=AssuranceLevel.AAL3)
    hardware = replace(SIGNED_IN, facts=replace(SIGNED_IN.facts, method=BY_IDP_PHRH))

    assert at(asks) == Need(level=AssuranceLevel.AAL3, reason=Reason.LEVEL_TOO_LOW)
    assert isinstance(at(asks, hardware), Allow)


def test_where_makers_must_vouch_no_sign_in_serves() -> None:
    assert isinstance(at(replace(SERVES, attested_only=True)), Need)


@pytest.mark.parametrize("checkpoint", LOCAL, ids=lambda each: each.slug)
def test_where_more_than_one_tenant_is_concerned_no_policy_lets_it_serve(
    checkpoint: Checkpoint,
) -> None:
    for preset in Preset:
        pair = policy_pair_for(checkpoint, preset=preset, tier=Tier.STANDARD)
        assert not pair.floor.idp_satisfies
    assert not isinstance(at(SERVES, checkpoint=checkpoint), Allow)


def test_beside_a_recovery_code_it_recovers_no_account() -> None:
    code = Proof(grant="code", facts=MethodFacts(method=BY_SAVED_CODE), verified_at=NOW)

    found = at(SERVES, code, SIGNED_IN, checkpoint=BUILT_IN["factor_change"])

    assert found == Need(level=AssuranceLevel.AAL2, reason=Reason.RECOVERY_INCOMPLETE)


@given(policy=policies, checkpoint=st.sampled_from(list(BUILT_IN.values())))
def test_no_policy_without_the_word_lets_a_sign_in_pass(
    policy: Policy, checkpoint: Checkpoint
) -> None:
    asks = replace(policy, active=True, idp_satisfies=False)

    assert not isinstance(at(asks, checkpoint=checkpoint), Allow)
