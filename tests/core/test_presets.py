"""The shipped defaults and floors against the design's table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from otpguard.core.assurance import AssuranceLevel, Channel
from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.effective_policy import effective, is_at_least
from otpguard.core.policy import Policy
from otpguard.core.policy_caps import minutes
from otpguard.core.policy_choices import Enforcement
from otpguard.core.presets import (
    BASE,
    LOOSEST,
    PolicyPair,
    Preset,
    Tier,
    levels_below_standard,
    policy_pair_for,
    tier_of,
)
from otpguard.core.wishes import dump_policy

AAL1, AAL2, AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3
HOSTS_OWN = Checkpoint(slug="refund", label="Refund", sensitive=True)
PROMISES = Path(__file__).with_name("promises.txt")
EVERYWHERE = list(product([*BUILT_IN.values(), HOSTS_OWN], Preset, Tier))


def pair(slug: str, preset: Preset = Preset.BASELINE, tier: Tier = Tier.STANDARD) -> PolicyPair:
    return policy_pair_for(BUILT_IN[slug], preset=preset, tier=tier)


def said(policy: Policy, than: Policy) -> str:
    """The fields of a policy that differ, in words."""
    plain = dump_policy(than)
    found = [
        f"{name} {value}" for name, value in dump_policy(policy).items() if value != plain[name]
    ]
    return ", ".join(found) or "-"


def promises() -> str:
    """Every checkpoint's default and floor, under each preset and for each tier, as text."""
    lines = [f"default when nothing is said: {dump_policy(BASE)}"]
    lines += [f"floor when nothing is said: {dump_policy(LOOSEST)}"]
    for checkpoint in BUILT_IN.values():
        groups: dict[str, list[str]] = {}
        for preset, tier in product(Preset, Tier):
            found = policy_pair_for(checkpoint, preset=preset, tier=tier)
            text = f"    default  {said(found.default, BASE)}\n"
            text += f"    floor    {said(found.floor, LOOSEST)}"
            groups.setdefault(text, []).append(f"{preset}/{tier}")
        lines += ["", checkpoint.slug]
        lines += [f"  {', '.join(places)}\n{text}" for text, places in groups.items()]
    return "\n".join(lines) + "\n"


def test_every_default_and_floor_is_what_has_been_promised() -> None:
    assert promises() == PROMISES.read_text("utf-8")


def test_a_default_is_never_weaker_than_its_floor() -> None:
    for checkpoint, preset, tier in EVERYWHERE:
        found = policy_pair_for(checkpoint, preset=preset, tier=tier)
        assert is_at_least(found.default, found.floor), (checkpoint.slug, preset, tier)


def test_a_stricter_preset_or_tier_loosens_no_checkpoint() -> None:
    for checkpoint, preset, tier in EVERYWHERE:
        plain = policy_pair_for(checkpoint, preset=Preset.BASELINE, tier=Tier.STANDARD)
        found = policy_pair_for(checkpoint, preset=preset, tier=tier)
        assert is_at_least(found.default, plain.default), (checkpoint.slug, preset, tier)
        assert is_at_least(found.floor, plain.floor), (checkpoint.slug, preset, tier)


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
        ("password_reset.admin", AAL2, AAL3),
        ("team_invite", AAL2, AAL2),
        ("team_invite.privileged", AAL2, AAL3),
    ],
)
def test_the_seven_ask_the_levels_of_the_design(
    slug: str, standard: AssuranceLevel, enterprise: AssuranceLevel
) -> None:
    assert pair(slug).default.required_level is standard
    assert pair(slug, tier=Tier.ENTERPRISE).default.required_level is enterprise


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
    assert pair(slug, preset=Preset.DEFENSIBLE).floor.required_level is floor


@pytest.mark.parametrize("checkpoint", BUILT_IN.values(), ids=lambda c: c.slug)
def test_every_sensitive_operation_is_on_at_aal3_in_an_enterprise_tenant(
    checkpoint: Checkpoint,
) -> None:
    asked = pair(checkpoint.slug, tier=Tier.ENTERPRISE).default
    if checkpoint.sensitive:
        assert (asked.active, asked.required_level) == (True, AAL3)


def test_the_enterprise_preset_lets_no_tenant_turn_a_sensitive_operation_off() -> None:
    found = pair("account_closure", preset=Preset.ENTERPRISE)
    off = [{"active": False, "required_level": AAL2}]
    got = effective(default=found.default, floor=found.floor, wishes=off)
    assert (got.active, got.required_level) == (True, AAL3)


@pytest.mark.parametrize(
    ("preset", "asked"),
    [
        (Preset.BASELINE, (False, AAL2)),
        (Preset.DEFENSIBLE, (True, AAL2)),
        (Preset.ENTERPRISE, (True, AAL3)),
    ],
)
def test_a_look_at_the_audit_log_is_asked_what_the_preset_says(
    preset: Preset, asked: tuple[bool, AssuranceLevel]
) -> None:
    found = pair("audit_log_view", preset=preset).default
    assert (found.active, found.required_level) == asked


@pytest.mark.parametrize("preset", Preset)
def test_a_variant_is_never_below_its_parent(preset: Preset) -> None:
    variant = Checkpoint(slug="billing_change.bank", label="Bank", sensitive=True)
    for tier in Tier:
        parent = pair("billing_change", preset=preset, tier=tier)
        found = policy_pair_for(variant, preset=preset, tier=tier)
        assert is_at_least(found.default, parent.default)
        assert is_at_least(found.floor, parent.floor)


def test_the_enterprise_preset_holds_all_sensitive_operations_to_aal3() -> None:
    for checkpoint in (*BUILT_IN.values(), HOSTS_OWN):
        floor = policy_pair_for(checkpoint, preset=Preset.ENTERPRISE, tier=Tier.STANDARD).floor
        strong = checkpoint.slug == "factor_change.strong"  # AAL3 everywhere, by what it is for
        wanted = checkpoint.sensitive or strong
        assert (floor.required_level is AAL3) == wanted, checkpoint.slug
        assert floor.ttl <= minutes(15 if checkpoint.sensitive else 30), checkpoint.slug


def test_a_tenant_cannot_wish_away_the_holds_the_binding_or_the_guard_itself() -> None:
    wish = [{"hold": timedelta(0), "binds_intent": False, "active": False}]

    def left(slug: str) -> tuple[bool, bool, timedelta]:
        found = pair(slug)
        got = effective(default=found.default, floor=found.floor, wishes=wish)
        return got.active, got.binds_intent, got.hold

    assert left("role_grant") == (True, True, timedelta(hours=24))
    assert left("data_export") == (True, False, timedelta(hours=1))
    assert left("security_settings") == (True, True, timedelta(0))


def test_no_wish_lets_an_email_code_reset_a_password() -> None:
    found = pair("password_reset")
    wish = [{"allowed_channels": frozenset(Channel)}]
    got = effective(default=found.default, floor=found.floor, wishes=wish)
    assert Channel.EMAIL not in got.allowed_channels


def test_a_checkpoint_that_ships_off_can_be_wished_on_and_off() -> None:
    found = pair("login")
    on = effective(default=found.default, floor=found.floor, wishes=[{"active": True}])
    assert not found.default.active
    assert on.active


def test_signing_up_asks_for_a_phone() -> None:
    assert pair("signup").default.allowed_factors == {"phone"}


def test_a_hosts_own_checkpoint_asks_what_the_base_asks_and_is_enforced() -> None:
    found = policy_pair_for(HOSTS_OWN, preset=Preset.BASELINE, tier=Tier.STANDARD)
    assert found.default == BASE
    assert found.default.enforcement is Enforcement.ENFORCE


@pytest.mark.parametrize(
    ("value", "tier"),
    [(0, Tier.STANDARD), (99_999, Tier.STANDARD), (100_000, Tier.ENTERPRISE)],
)
def test_the_contracts_value_makes_the_tier(value: int, tier: Tier) -> None:
    assert tier_of(value, enterprise_from=100_000) is tier


def test_members_asked_for_aal1_are_named_and_newcomers_are_not() -> None:
    low = replace(BASE, required_level=AAL1)
    policies = [
        (BUILT_IN["signup"], low),
        (BUILT_IN["first_action"], low),
        (BUILT_IN["team_invite"], replace(low, active=False)),
        (HOSTS_OWN, low),
        (BUILT_IN["api_key"], BASE),
    ]
    assert levels_below_standard(policies) == ("refund",)
