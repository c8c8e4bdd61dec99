"""An industry raises what its security reviews ask about; the rows are the seeds' guidance."""

from __future__ import annotations

import pytest

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.effective_policy import is_at_least
from otpguard.core.industries import HELD, LABELS, Industry, held_by_industry, industry_named
from otpguard.core.presets import Preset, Tier, policy_pair_for

AAL1, AAL2, AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3

GUIDANCE = [
    # "2FA API at API key gen and rotation. AAL3-equivalent step-up for production-key issuance."
    (Industry.DEVELOPER_TOOLS, "api_key", AAL2),
    (Industry.DEVELOPER_TOOLS, "api_key.production", AAL3),
    # "OTP at every sensitive setting change": payroll, data about pay, records of deals.
    (Industry.VERTICAL, "sensitive_setting", AAL2),
    (Industry.VERTICAL, "data_export", AAL2),
    # "Phone Number Verification API at signup with anti-pumping."
    (Industry.VERTICAL, "signup", AAL1),
    # "2FA API at admin actions plus AAL3-equivalent for any change that affects transaction flow."
    (Industry.FINTECH, "role_grant", AAL2),
    (Industry.FINTECH, "team_invite.privileged", AAL2),
    (Industry.FINTECH, "transaction_flow", AAL3),
    # "HIPAA-specific patterns": who looked at what, and what leaves.
    (Industry.HEALTHCARE, "audit_log_view", AAL2),
    (Industry.HEALTHCARE, "data_export", AAL3),
    (Industry.HR_PAYROLL, "sensitive_setting", AAL3),
    (Industry.HR_PAYROLL, "data_export", AAL3),
    # "Signup-form anti-pumping is existential. No exceptions."
    (Industry.PLG, "signup", AAL1),
    # "AAL3-equivalent for admin and billing."
    (Industry.ENTERPRISE, "role_grant", AAL3),
    (Industry.ENTERPRISE, "billing_change", AAL3),
]


@pytest.mark.parametrize(("industry", "slug", "level"), GUIDANCE)
@pytest.mark.parametrize("preset", Preset)
def test_the_floor_is_what_the_guidance_says_and_it_is_on(
    industry: Industry, slug: str, level: AssuranceLevel, preset: Preset
) -> None:
    found = policy_pair_for(BUILT_IN[slug], preset=preset, tier=Tier.STANDARD, industry=industry)
    for policy in (found.floor, found.default):
        assert policy.active
        assert policy.required_level >= level


def test_every_industry_has_a_row_of_guidance_and_a_label() -> None:
    assert {industry for industry, _, _ in GUIDANCE} == set(Industry) == set(HELD) == set(LABELS)


@pytest.mark.parametrize("industry", Industry)
@pytest.mark.parametrize("tier", Tier)
def test_an_industry_lowers_nothing(industry: Industry, tier: Tier) -> None:
    for preset in Preset:
        for checkpoint in BUILT_IN.values():
            plain = policy_pair_for(checkpoint, preset=preset, tier=tier)
            found = policy_pair_for(checkpoint, preset=preset, tier=tier, industry=industry)
            assert is_at_least(found.floor, plain.floor), checkpoint.slug
            assert is_at_least(found.default, found.floor), checkpoint.slug


def test_a_transaction_is_signed_as_it_is_seen() -> None:
    found = policy_pair_for(
        BUILT_IN["transaction_flow"],
        preset=Preset.BASELINE,
        tier=Tier.STANDARD,
        industry=Industry.FINTECH,
    )
    assert found.floor.binds_intent


def test_what_is_no_industry_asks_nothing() -> None:
    assert industry_named("farming") is None
    assert industry_named("") is None
    assert industry_named("fintech") is Industry.FINTECH
    assert list(held_by_industry(None, ("data_export",), sensitive=True)) == []
