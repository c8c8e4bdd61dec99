"""A policy: complete rules for one checkpoint, declared field by field.

Each field says here how it is clamped, read, written, shown and explained. Wishes, forms, admin,
API, docs and the tests' examples are made from that, so a new field is one entry in this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import Any

from otpguard.core.assurance import AssuranceLevel, Channel
from otpguard.core.laws import FEWER, FREE, HIGHER, LOWER
from otpguard.core.phone import USUAL_NUMBERS, NumberType
from otpguard.core.policy_rules import FieldRule, Unit, ruled, rules_of
from otpguard.core.policy_values import (
    Choice,
    Count,
    Flag,
    Order,
    OrderByCountry,
    Seconds,
    Some,
    Words,
)
from otpguard.core.shipped_kinds import PASSKEY, SHIPPED
from otpguard.core.text import gettext_noop as _


class Enforcement(IntEnum):
    """Whether a refusal is carried out. Ordered: enforcing is the stricter."""

    REPORT_ONLY = 0
    ENFORCE = 1


class UserVerification(IntEnum):
    """Whether a passkey must check its holder (PIN, finger, face). Ordered."""

    PREFERRED = 0
    REQUIRED = 1


def minutes(count: float) -> timedelta:
    """`count` minutes, for tables that read well."""
    return timedelta(minutes=count)


TTL_CAP: Mapping[AssuranceLevel, timedelta] = {
    AssuranceLevel.AAL1: minutes(30),
    AssuranceLevel.AAL2: minutes(30),
    AssuranceLevel.AAL3: minutes(15),  # NIST SP 800-63B-4, 2.3.3
}
_CODE_TTL_CAP = minutes(10)  # NIST SP 800-63B-4, 3.1.3.2
_ATTEMPTS_CAP = 5
_DAY = 86_400


def _at_every_level(value: Any) -> Mapping[AssuranceLevel, Any]:  # noqa: ANN401 (any field's type)
    return dict.fromkeys(AssuranceLevel, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Complete rules for one checkpoint. `Policy()` is what a checkpoint asks if it says nothing.

    For the parts of a field's declaration see `otpguard.core.policy_rules.FieldRule`.
    """

    active: bool = field(
        default=True,
        metadata=ruled(
            law=HIGHER,
            values=Flag(),
            unit=Unit.NONE,
            label=_("Ask for proof"),
            help=_("Ask for proof at this checkpoint at all."),
        ),
    )
    required_level: AssuranceLevel = field(
        default=AssuranceLevel.AAL2,
        metadata=ruled(
            law=HIGHER,
            values=Choice({level.name: level for level in AssuranceLevel}),
            unit=Unit.NONE,
            loosest=AssuranceLevel.AAL1,
            label=_("Required level"),
            help=_("The assurance level a proof must reach."),
        ),
    )
    ttl: timedelta = field(
        default=minutes(20),
        metadata=ruled(
            law=LOWER,
            values=Seconds(60, 30 * 60),
            unit=Unit.SECONDS,
            caps=TTL_CAP,
            loosest=minutes(30),
            label=_("Time a proof serves"),
            help=_("How long a proof counts before it is asked for again."),
        ),
    )
    binds_intent: bool = field(
        default=False,
        metadata=ruled(
            law=HIGHER,
            values=Flag(),
            unit=Unit.NONE,
            label=_("One proof per action"),
            help=_("A proof counts for one named action only, and only once."),
        ),
    )
    # A kind that the site adds is in no policy until the site lists it.
    allowed_factors: frozenset[str] = field(
        default=frozenset(SHIPPED),
        metadata=ruled(
            law=FEWER,
            values=Words(
                always=PASSKEY.slug,  # NIST SP 800-63B-4, 2.2.2
                reason="a phishing-resistant factor is always offered",
            ),
            unit=Unit.NONE,
            label=_("Allowed factors"),
            help=_("The kinds of factor that may be used."),
        ),
    )
    allowed_channels: frozenset[Channel] = field(
        default=frozenset(Channel),
        metadata=ruled(
            law=FEWER,
            values=Some(Channel),
            unit=Unit.NONE,
            label=_("Allowed channels"),
            help=_("The channels a code may be sent over."),
        ),
    )
    allowed_number_types: frozenset[NumberType] = field(
        default=USUAL_NUMBERS,
        metadata=ruled(
            law=FEWER,
            values=Some(NumberType),
            unit=Unit.NONE,
            loosest=frozenset(NumberType),
            label=_("Allowed kinds of number"),
            help=_(
                "The kinds of phone number a code may be sent to. Fixed lines are called. In North"
                " America a number alone does not tell whether it is VOIP."
            ),
        ),
    )
    preferred_methods: tuple[Channel, ...] = field(
        default=(Channel.SMS, Channel.WHATSAPP, Channel.VOICE, Channel.EMAIL),
        metadata=ruled(
            law=FREE,
            values=Order(Channel),
            unit=Unit.NONE,
            label=_("Order of channels"),
            help=_("The order in which channels are tried."),
        ),
    )
    preferred_methods_by_country: tuple[tuple[str, tuple[Channel, ...]], ...] = field(
        default=(),
        metadata=ruled(
            law=FREE,
            values=OrderByCountry(Channel),
            unit=Unit.NONE,
            label=_("Order of channels by country"),
            help=_(
                "The order of channels for numbers of a country, in place of the general order."
                " A channel that is not named is not tried."
            ),
        ),
    )
    fallback_timeout: timedelta = field(
        default=timedelta(seconds=8),
        metadata=ruled(
            law=FREE,
            values=Seconds(2, 120),
            unit=Unit.SECONDS,
            label=_("Wait before the next channel"),
            help=_("How long to wait for a delivery before the next channel."),
        ),
    )
    code_ttl: timedelta = field(
        default=minutes(5),
        metadata=ruled(
            law=LOWER,
            values=Seconds(60, 10 * 60),
            unit=Unit.SECONDS,
            caps=_at_every_level(_CODE_TTL_CAP),
            loosest=_CODE_TTL_CAP,
            label=_("Time a code is valid"),
            help=_("How long a code can be entered."),
        ),
    )
    max_attempts: int = field(
        default=5,
        metadata=ruled(
            law=LOWER,
            values=Count(1, _ATTEMPTS_CAP),
            unit=Unit.TRIES,
            caps=_at_every_level(_ATTEMPTS_CAP),
            label=_("Tries per code"),
            help=_("Tries that one challenge allows."),
        ),
    )
    user_verification: UserVerification = field(
        default=UserVerification.PREFERRED,
        metadata=ruled(
            law=HIGHER,
            values=Choice(
                {
                    "preferred": UserVerification.PREFERRED,
                    "required": UserVerification.REQUIRED,
                },
                labels={"preferred": _("where it can"), "required": _("always")},
            ),
            unit=Unit.NONE,
            label=_("Passkeys check their holder"),
            help=_("Always ask a passkey for a PIN, finger or face, or only where it can."),
        ),
    )
    attested_only: bool = field(
        default=False,
        metadata=ruled(
            law=HIGHER,
            values=Flag(),
            unit=Unit.NONE,
            label=_("Attested passkeys only"),
            help=_(
                "Accept a passkey only if its maker vouches for it and the site trusts the maker."
            ),
        ),
    )
    hold: timedelta = field(
        default=timedelta(0),
        metadata=ruled(
            law=HIGHER,
            values=Seconds(0, 30 * _DAY),
            unit=Unit.SECONDS,
            read_at=frozenset({"role_grant", "factor_change", "security_settings.factor_reset"}),
            label=_("Waiting period afterwards"),
            help=_("How long what this operation creates must wait before it counts."),
        ),
    )
    enforcement: Enforcement = field(
        default=Enforcement.ENFORCE,
        metadata=ruled(
            law=HIGHER,
            values=Choice(
                {"enforce": Enforcement.ENFORCE, "report_only": Enforcement.REPORT_ONLY},
                labels={"enforce": _("refuse"), "report_only": _("let pass and report")},
            ),
            unit=Unit.NONE,
            site_only=True,
            loosest=Enforcement.REPORT_ONLY,
            label=_("Enforcement"),
            help=_("Refuse, or let pass and report."),
        ),
    )


def channels_in_order(policy: Policy, country: str) -> tuple[Channel, ...]:
    """The channels to try for a number of `country` (ISO 3166, "" for none), in their order."""
    return dict(policy.preferred_methods_by_country).get(country, policy.preferred_methods)


RULES: Mapping[str, FieldRule] = rules_of(Policy)
"""The declaration of each field by name, in the order of the fields."""

Wishes = Mapping[str, Any]
"""Some of the fields of a policy, with values of the field's own type."""
