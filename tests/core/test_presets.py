"""The shipped defaults and floors against the design's table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from otpguard.core.assurance import AssuranceLevel, Channel, FactorKind
from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.policy import Enforcement, effective, is_at_least, minutes
from otpguard.core.presets import (
    BASE,
    Preset,
    Rules,
    Tier,
    levels_below_standard,
    rules_for,
    tier_of,
)
from tests.core.strategies import NOW

AAL1, AAL2, AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3
HOSTS_OWN = Checkpoint(slug="refund", label="Refund", sensitive=True, shipped=False)
EVERYWHERE = list(product([*BUILT_IN.values(), HOSTS_OWN], Preset, Tier))


def rules(slug: str, preset: Preset = Preset.BASELINE, tier: Tier = Tier.STANDARD) -> Rules:
    return rules_for(BUILT_IN[slug], preset=preset, tier=tier)


@pytest.mark.parametrize(("checkpoint", "preset", "tier"), EVERYWHERE)
def test_a_default_is_never_weaker_than_its_floor(
    checkpoint: Checkpoint, preset: Preset, tier: Tier
) -> None:
    found = rules_for(checkpoint, preset=preset, tier=tier)
    assert is_at_least(found.default, found.floor)


@pytest.mark.parametrize(("checkpoint", "preset", "tier"), EVERYWHERE)
def test_a_stricter_preset_or_tier_loosens_no_checkpoint(
    checkpoint: Checkpoint, preset: Preset, tier: Tier
) -> None:
    plain = rules_for(checkpoint, preset=Preset.BASELINE, tier=Tier.STANDARD)
    found = rules_for(checkpoint, preset=preset, tier=tier)
    assert is_at_least(found.default, plain.default)
    assert is_at_least(found.floor, plain.floor)


@pytest.mark.parametrize(
    ("slug", "standard", "enterprise"),
    [
        ("signup", AAL1, AAL1),
        ("password_reset", AAL2, AAL2),
        ("role_grant", AAL2, AAL3),
        ("billing_change", AAL2, AAL3),
        ("api_key", AAL2, AAL3),
        ("api_key.production", AAL3, AAL3),
        ("audit_log_export", AAL2, AAL3),
        ("data_export", AAL2, AAL3),
        ("security_settings", AAL2, AAL3),
    ],
)
def test_the_seven_ask_the_levels_of_the_design(
    slug: str, standard: AssuranceLevel, enterprise: AssuranceLevel
) -> None:
    assert rules(slug).default.required_level is standard
    assert rules(slug, tier=Tier.ENTERPRISE).default.required_level is enterprise


@pytest.mark.parametrize(
    ("slug", "floor"),
    [
        ("role_grant", AAL3),
        ("billing_change", AAL3),
        ("api_key.production", AAL3),
        ("audit_log_export", AAL3),
        ("api_key", AAL2),
        ("data_export", AAL2),
    ],
)
def test_the_defensible_preset_raises_the_four_that_reviews_ask_about(
    slug: str, floor: AssuranceLevel
) -> None:
    assert rules(slug, preset=Preset.DEFENSIBLE).floor.required_level is floor


@pytest.mark.parametrize("preset", Preset)
def test_a_variant_is_never_below_its_parent(preset: Preset) -> None:
    variant = Checkpoint(slug="billing_change.bank", label="Bank", sensitive=True, shipped=False)
    for tier in Tier:
        parent = rules("billing_change", preset=preset, tier=tier)
        found = rules_for(variant, preset=preset, tier=tier)
        assert is_at_least(found.default, parent.default)
        assert is_at_least(found.floor, parent.floor)


@pytest.mark.parametrize("checkpoint", [*BUILT_IN.values(), HOSTS_OWN], ids=lambda c: c.slug)
def test_the_enterprise_preset_holds_all_sensitive_operations_to_aal3(
    checkpoint: Checkpoint,
) -> None:
    found = rules_for(checkpoint, preset=Preset.ENTERPRISE, tier=Tier.STANDARD)
    strong = checkpoint.slug == "factor_change.strong"  # AAL3 everywhere, by what it is for
    assert (found.floor.required_level is AAL3) == (checkpoint.sensitive or strong)
    assert found.floor.ttl <= minutes(15 if checkpoint.sensitive else 30)


def test_a_tenant_cannot_wish_away_the_holds_the_binding_or_the_guard_itself() -> None:
    wish = [{"hold": timedelta(0), "binds_intent": False, "active": False}]

    def left(slug: str) -> tuple[bool, bool, timedelta]:
        found = rules(slug)
        got = effective(default=found.default, floor=found.floor, wishes=wish, now=NOW)
        return got.active, got.binds_intent, got.hold

    assert left("role_grant") == (True, True, timedelta(hours=24))
    assert left("data_export") == (True, False, timedelta(hours=1))
    assert left("security_settings") == (True, True, timedelta(0))


def test_no_wish_lets_an_email_code_reset_a_password() -> None:
    found = rules("password_reset")
    wish = [{"allowed_channels": frozenset(Channel)}]
    got = effective(default=found.default, floor=found.floor, wishes=wish, now=NOW)
    assert Channel.EMAIL not in got.allowed_channels


def test_a_checkpoint_that_ships_off_can_be_wished_on_and_off() -> None:
    found = rules("login")
    on = effective(default=found.default, floor=found.floor, wishes=[{"active": True}], now=NOW)
    assert not found.default.active
    assert on.active


def test_signing_up_asks_for_a_phone() -> None:
    assert rules("signup").default.allowed_factors == {FactorKind.PHONE}


def test_a_hosts_own_checkpoint_asks_what_the_base_asks_and_is_enforced() -> None:
    found = rules_for(HOSTS_OWN, preset=Preset.BASELINE, tier=Tier.STANDARD)
    assert found.default == BASE
    assert found.default.enforcement is Enforcement.ENFORCE


@pytest.mark.parametrize(
    ("value", "tier"),
    [(0, Tier.STANDARD), (99_999, Tier.STANDARD), (100_000, Tier.ENTERPRISE)],
)
def test_the_contracts_value_makes_the_tier(value: int, tier: Tier) -> None:
    assert tier_of(value, enterprise_from=100_000) is tier


def test_members_asked_for_aal1_are_reported_and_newcomers_are_not() -> None:
    low = replace(BASE, required_level=AAL1)
    policies = {
        "signup": low,
        "first_action": low,
        "team_invite": replace(low, active=False),
        "refund": low,
        "api_key": BASE,
    }
    assert levels_below_standard(policies) == ("refund",)
