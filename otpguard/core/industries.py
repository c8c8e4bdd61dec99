"""What an industry holds its tenants to, on top of tier and preset.

A tenant's `industry` names one of them. What it says is a floor, and it is on: no tenant goes below
it or turns it off. It never lowers what preset, settings or contract ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.checkpoints import SENSITIVE
from otpguard.core.policy import Wishes
from otpguard.core.text import gettext_noop as _


class Industry(StrEnum):
    """What a tenant sells, as far as security reviews differ by it."""

    DEVELOPER_TOOLS = "developer_tools"
    VERTICAL = "vertical"
    FINTECH = "fintech"
    HEALTHCARE = "healthcare"
    HR_PAYROLL = "hr_payroll"
    PLG = "plg"
    ENTERPRISE = "enterprise"


LABELS: Mapping[Industry, str] = MappingProxyType(
    {
        Industry.DEVELOPER_TOOLS: _("Developer tools"),
        Industry.VERTICAL: _("Software for one trade"),
        Industry.FINTECH: _("Payments and lending"),
        Industry.HEALTHCARE: _("Health care"),
        Industry.HR_PAYROLL: _("Staff and payroll"),
        Industry.PLG: _("Self-service product"),
        Industry.ENTERPRISE: _("Large organizations"),
    }
)

_AAL1: Wishes = {"required_level": AssuranceLevel.AAL1}
_AAL2: Wishes = {"required_level": AssuranceLevel.AAL2}
_AAL3: Wishes = {"required_level": AssuranceLevel.AAL3}

HELD: Mapping[Industry, Mapping[str, Wishes]] = MappingProxyType(
    {
        Industry.DEVELOPER_TOOLS: {"api_key": _AAL2, "api_key.production": _AAL3},
        Industry.VERTICAL: {"signup": _AAL1, "sensitive_setting": _AAL2, "data_export": _AAL2},
        Industry.FINTECH: {
            "role_grant": _AAL2,
            "team_invite.privileged": _AAL2,
            "transaction_flow": {**_AAL3, "binds_intent": True},
        },
        Industry.HEALTHCARE: {
            "audit_log_view": _AAL2,
            "data_export": _AAL3,
            "sensitive_setting": _AAL2,
        },
        Industry.HR_PAYROLL: {"sensitive_setting": _AAL3, "data_export": _AAL3},
        Industry.PLG: {"signup": _AAL1},
        Industry.ENTERPRISE: {SENSITIVE: _AAL3},
    }
)
"""For each industry the fields that it raises, by checkpoint; a variant has its parent's, too."""


def industry_named(word: str) -> Industry | None:
    """The industry that a tenant's column names; None for an empty one and for another word."""
    return Industry(word) if word in set(Industry) else None


def held_by_industry(
    industry: Industry | None, slugs: tuple[str, ...], *, sensitive: bool
) -> Iterator[Wishes]:
    """What `industry` asks at the checkpoint whose slugs these are, the parent's first."""
    if industry is None:
        return
    held = HELD[industry]
    for name in (*slugs, *((SENSITIVE,) if sensitive else ())):
        if name in held:
            yield held[name]
