"""Policy presets: for each checkpoint a default by tier, and the floor.

`baseline` is the table of the design. `defensible` raises the floor to AAL3 for the operations a
security review asks about, in every tenant. `enterprise` does so for every sensitive checkpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from otpguard.core.assurance import AssuranceLevel, Channel, FactorKind
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.policy import Enforcement, Policy, UserVerification, minutes

_AAL1, _AAL2, _AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3


class Tier(StrEnum):
    """What a tenant's contract makes of it; decides which defaults it starts from."""

    STANDARD = "standard"
    ENTERPRISE = "enterprise"


class Preset(StrEnum):
    """A named set of defaults and floors."""

    BASELINE = "baseline"
    DEFENSIBLE = "defensible"
    ENTERPRISE = "enterprise"


DEFENSIBLE_AT_AAL3 = frozenset(
    {"role_grant", "billing_change", "api_key.production", "audit_log_export"}
)

_ORDER = (Channel.SMS, Channel.WHATSAPP, Channel.VOICE, Channel.EMAIL)

BASE = Policy(
    active=True,
    required_level=_AAL2,
    ttl=minutes(20),
    binds_intent=False,
    allowed_factors=frozenset(FactorKind),
    allowed_channels=frozenset(Channel),
    preferred_methods=_ORDER,
    fallback_timeout=timedelta(seconds=8),
    code_ttl=minutes(5),
    max_attempts=5,
    user_verification=UserVerification.PREFERRED,
    attested_only=False,
    hold=timedelta(0),
    enforcement=Enforcement.ENFORCE,
)
"""What a checkpoint asks when nothing more is said of it."""

_PHONE_ONLY = frozenset({FactorKind.PHONE})
_NOT_EMAIL = frozenset(Channel) - {Channel.EMAIL}

_DEFAULTS: Mapping[str, Policy] = {
    "signup": replace(BASE, required_level=_AAL1, allowed_factors=_PHONE_ONLY),
    "password_reset": replace(BASE, allowed_channels=_NOT_EMAIL),
    "role_grant": replace(BASE, binds_intent=True, hold=timedelta(hours=24)),
    "api_key.production": replace(BASE, required_level=_AAL3),
    "data_export": replace(BASE, hold=timedelta(hours=1)),
    "security_settings": replace(BASE, binds_intent=True),
    "security_settings.factor_reset": replace(BASE, binds_intent=True, hold=timedelta(hours=24)),
    "factor_change": replace(BASE, binds_intent=True, hold=timedelta(hours=24)),
    "factor_change.strong": replace(
        BASE, required_level=_AAL3, ttl=minutes(15), binds_intent=True, hold=timedelta(hours=24)
    ),
    "login": replace(BASE, active=False),
    "first_action": replace(BASE, active=False, required_level=_AAL1, allowed_factors=_PHONE_ONLY),
    "team_invite": replace(BASE, active=False),
    "sensitive_setting": replace(BASE, active=False),
    "transaction_flow": replace(BASE, active=False),
    "account_closure": replace(BASE, active=False),
    "audit_log_view": replace(BASE, active=False),
}

_LOOSEST = replace(
    BASE,
    required_level=_AAL1,
    ttl=minutes(30),
    code_ttl=minutes(10),
    enforcement=Enforcement.REPORT_ONLY,
)
"""The floor under hosts' own checkpoints: only what no tenant may ever leave."""

_FLOORS: Mapping[str, Policy] = {
    "password_reset": replace(_LOOSEST, required_level=_AAL2, allowed_channels=_NOT_EMAIL),
    "role_grant": replace(
        _LOOSEST, required_level=_AAL2, binds_intent=True, hold=timedelta(hours=24)
    ),
    "security_settings": replace(_LOOSEST, required_level=_AAL2, binds_intent=True),
    "factor_change": replace(
        _LOOSEST, required_level=_AAL2, binds_intent=True, hold=timedelta(hours=1)
    ),
    "factor_change.strong": replace(
        _LOOSEST, required_level=_AAL3, binds_intent=True, hold=timedelta(hours=1)
    ),
    **{
        slug: replace(_LOOSEST, required_level=_AAL2)
        for slug in (
            "billing_change",
            "api_key",
            "api_key.production",
            "audit_log_export",
        )
    },
    "data_export": replace(_LOOSEST, required_level=_AAL2, hold=timedelta(hours=1)),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The two complete policies of one checkpoint for one tier."""

    default: Policy
    floor: Policy


def _at_aal3(policy: Policy) -> Policy:
    return replace(policy, required_level=_AAL3, ttl=min(policy.ttl, minutes(15)))


def rules_for(checkpoint: Checkpoint, *, preset: Preset, tier: Tier) -> Rules:
    """The default and the floor of `checkpoint` under `preset` for a tenant of `tier`.

    A host's own checkpoint asks what `BASE` asks. The default is never weaker than the floor.
    """
    default = _DEFAULTS.get(checkpoint.slug) or _DEFAULTS.get(checkpoint.parent or "", BASE)
    default = replace(default, **checkpoint.defaults)
    floor = _FLOORS.get(checkpoint.slug) or _FLOORS.get(checkpoint.parent or "", _LOOSEST)
    if not checkpoint.always_on and not default.active:
        floor = replace(floor, active=False)
    if tier is Tier.ENTERPRISE and checkpoint.sensitive:
        default = _at_aal3(default)
    enterprise = tier is Tier.ENTERPRISE or preset is Preset.ENTERPRISE
    if checkpoint.slug == "factor_change.strong" and enterprise:
        # What AAL3 lost, an administrator restores, not a saved code (NIST SP 800-63B-4, 4.2.2.3).
        default = replace(default, allowed_factors=default.allowed_factors - {FactorKind.RECOVERY})
    raised = (
        preset is Preset.DEFENSIBLE and not DEFENSIBLE_AT_AAL3.isdisjoint(checkpoint.lineage)
    ) or (preset is Preset.ENTERPRISE and checkpoint.sensitive)
    if raised:
        default, floor = _at_aal3(default), _at_aal3(floor)
    return Rules(default=default, floor=floor)


def tier_of(annual_contract_value: int, *, enterprise_from: int) -> Tier:
    """The tier of a tenant whose contract is worth so many US dollars a year."""
    return Tier.ENTERPRISE if annual_contract_value >= enterprise_from else Tier.STANDARD


def levels_below_standard(policies: Mapping[str, Policy]) -> tuple[str, ...]:
    """Checkpoints that ask AAL1 of people who are already members: below the B2B standard.

    `signup` and `first_action` verify a phone before there is a first factor; AAL1 is right there.
    """
    return tuple(
        slug
        for slug, policy in policies.items()
        if policy.active
        and policy.required_level < _AAL2
        and slug not in {"signup", "first_action"}
    )
