"""A policy: complete rules for one checkpoint, declared field by field.

Each field says here how it is clamped, read, written, shown and explained. Wishes, forms, admin,
API, docs and the tests' examples are made from that, so a new field is one entry in this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from otpguard.core.assurance import AssuranceLevel, Channel
from otpguard.core.countries import ANYWHERE
from otpguard.core.laws import FEWER, FREE, HIGHER, LOWER
from otpguard.core.phone import USUAL_NUMBERS, NumberType
from otpguard.core.policy_caps import (
    ATTEMPTS_CAP,
    CODE_TTL_CAP,
    TTL_CAP,
    at_every_level,
    minutes,
)
from otpguard.core.policy_choices import (
    ENFORCEMENT,
    LOGIN_WHEN,
    USER_VERIFICATION,
    WITHOUT_FACTOR,
    Enforcement,
    LoginWhen,
    UserVerification,
    WithoutFactor,
)
from otpguard.core.policy_places import APPROVED, RESETS, WAITED_AFTER
from otpguard.core.policy_rules import FieldRule, Unit, ruled, rules_of
from otpguard.core.policy_values import (
    Choice,
    Count,
    Countries,
    Flag,
    Order,
    OrderByCountry,
    Seconds,
    Some,
    Words,
)
from otpguard.core.shipped_kinds import PASSKEY, SHIPPED
from otpguard.core.text import gettext_noop as _


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
    allowed_factors: frozenset[str] = field(  # a kind that a site adds is in none until it says so
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
    allowed_countries: frozenset[str] = field(
        default=ANYWHERE,
        metadata=ruled(
            law=FEWER,
            values=Countries(),
            unit=Unit.NONE,
            label=_("Allowed countries"),
            help=_(
                "The countries whose phone numbers a code may be sent to. A number that nobody has"
                " proven yet must also be within the footprint of the site and the organization."
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
            caps=at_every_level(CODE_TTL_CAP),
            loosest=CODE_TTL_CAP,
            label=_("Time a code is valid"),
            help=_("How long a code can be entered."),
        ),
    )
    max_attempts: int = field(
        default=5,
        metadata=ruled(
            law=LOWER,
            values=Count(1, ATTEMPTS_CAP),
            unit=Unit.TRIES,
            caps=at_every_level(ATTEMPTS_CAP),
            label=_("Tries per code"),
            help=_("Tries that one challenge allows."),
        ),
    )
    user_verification: UserVerification = field(
        default=UserVerification.PREFERRED,
        metadata=ruled(
            law=HIGHER,
            values=USER_VERIFICATION,
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
    idp_satisfies: bool = field(
        default=False,
        metadata=ruled(
            law=LOWER,
            values=Flag(),
            unit=Unit.NONE,
            loosest=True,
            label=_("The identity provider's check serves"),
            help=_("Accept the identity provider's check in place of a factor of this site."),
        ),
    )
    hold: timedelta = field(
        default=timedelta(0),
        metadata=ruled(
            law=HIGHER,
            values=Seconds(0, 30 * 86_400),
            unit=Unit.SECONDS,
            read_at=WAITED_AFTER,
            label=_("Waiting period afterwards"),
            help=_("How long what this operation creates must wait before it counts."),
        ),
    )
    reset_without_factor: WithoutFactor = field(
        default=WithoutFactor.EMAIL_AND_HOLD,
        metadata=ruled(
            law=HIGHER,
            values=WITHOUT_FACTOR,
            unit=Unit.NONE,
            read_at=RESETS,
            label=_("Reset without a way of confirming"),
            help=_("What recovers the account of somebody who has set up no way of confirming."),
        ),
    )
    approvals: int = field(
        default=0,
        metadata=ruled(
            law=HIGHER,
            values=Count(0, 2),
            unit=Unit.PEOPLE,
            read_at=APPROVED,
            label=_("Approvals by others"),
            help=_("How many other administrators must approve this operation before it is done."),
        ),
    )
    login_when: LoginWhen = field(
        default=LoginWhen.RISK,
        metadata=ruled(
            law=HIGHER,
            values=LOGIN_WHEN,
            unit=Unit.NONE,
            read_at=frozenset({"login"}),
            label=_("Which logins are asked"),
            help=_("Ask for proof after risky logins only, or after every login."),
        ),
    )
    sso_required: bool = field(
        default=False,
        metadata=ruled(
            law=HIGHER,
            values=Flag(),
            unit=Unit.NONE,
            read_at=frozenset({"login"}),
            label=_("Single sign-on only"),
            help=_("Refuse sessions that the organization's identity provider did not open."),
        ),
    )
    enforcement: Enforcement = field(
        default=Enforcement.ENFORCE,
        metadata=ruled(
            law=HIGHER,
            values=ENFORCEMENT,
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
