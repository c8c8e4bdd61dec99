"""Policies: complete effective rules for one checkpoint, and the arithmetic that makes them.

A site has two complete policies for each checkpoint: a *default* (by the tenant's tier) and a
*floor* that nobody goes below. A tenant states *wishes*. The effective policy is

    clamp(most specific wish or default, floor moved by live exceptions)

and last of all the caps that NIST sets, which no exception moves. Each field names its clamp law
where it is declared; forms, serializers and docs are made from the same declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, cast

from otpguard.core.assurance import AssuranceLevel, Channel, FactorKind
from otpguard.core.laws import FEWER, FREE, HIGHER, LOWER, Law
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


def _ruled(law: Law, label: str, help_text: str, *, site_only: bool = False) -> dict[str, object]:
    return {"law": law, "label": label, "help": help_text, "site_only": site_only}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Complete rules for one checkpoint. No field is optional; each has its clamp law.

    Label and help are marked here and translated where they are shown.
    """

    active: bool = field(
        metadata=_ruled(HIGHER, _("Ask for proof"), _("Ask for proof at this checkpoint at all."))
    )
    required_level: AssuranceLevel = field(
        metadata=_ruled(HIGHER, _("Required level"), _("The assurance level a proof must reach."))
    )
    ttl: timedelta = field(
        metadata=_ruled(
            LOWER,
            _("Time a proof serves"),
            _("How long a proof serves before it is asked again, in seconds."),
        )
    )
    binds_intent: bool = field(
        metadata=_ruled(
            HIGHER, _("One proof per action"), _("A proof serves one named action only, and once.")
        )
    )
    allowed_factors: frozenset[FactorKind] = field(
        metadata=_ruled(FEWER, _("Allowed factors"), _("The kinds of factor that may be used."))
    )
    allowed_channels: frozenset[Channel] = field(
        metadata=_ruled(FEWER, _("Allowed channels"), _("The channels a code may be sent over."))
    )
    preferred_methods: tuple[Channel, ...] = field(
        metadata=_ruled(FREE, _("Order of channels"), _("The order in which channels are tried."))
    )
    fallback_timeout: timedelta = field(
        metadata=_ruled(
            FREE,
            _("Wait before the next channel"),
            _("How long to wait for a delivery before the next channel, in seconds."),
        )
    )
    code_ttl: timedelta = field(
        metadata=_ruled(
            LOWER, _("Time a code is valid"), _("How long a code can be entered, in seconds.")
        )
    )
    max_attempts: int = field(
        metadata=_ruled(LOWER, _("Tries per code"), _("Tries that one challenge allows."))
    )
    user_verification: UserVerification = field(
        metadata=_ruled(
            HIGHER,
            _("Passkeys check their holder"),
            _("Ask a passkey for its PIN, finger or face always, or only where it can."),
        )
    )
    attested_only: bool = field(
        metadata=_ruled(
            HIGHER,
            _("Attested passkeys only"),
            _("Accept a passkey only if its maker vouches for it and the site trusts the maker."),
        )
    )
    hold: timedelta = field(
        metadata=_ruled(
            HIGHER,
            _("Waiting period afterwards"),
            _("The wait that this operation puts on what it makes, in seconds."),
        )
    )
    enforcement: Enforcement = field(
        metadata=_ruled(
            HIGHER, _("Enforcement"), _("Refuse, or let pass and report."), site_only=True
        )
    )


PolicyFields = tuple[Field[Any], ...]
POLICY_FIELDS: PolicyFields = fields(Policy)
FIELD_NAMES: tuple[str, ...] = tuple(f.name for f in POLICY_FIELDS)

Wishes = Mapping[str, Any]
"""Some of the fields of a policy, with values of the field's own type."""

TTL_CAP: Mapping[AssuranceLevel, timedelta] = {
    AssuranceLevel.AAL1: minutes(30),
    AssuranceLevel.AAL2: minutes(30),
    AssuranceLevel.AAL3: minutes(15),  # NIST SP 800-63B-4, 2.3.3
}
CODE_TTL_CAP = minutes(10)  # NIST SP 800-63B-4, 3.1.3.2
ATTEMPTS_CAP = 5


def law_of(name: str) -> Law:
    """The clamp law of one field. Raises KeyError for an unknown field."""
    return _LAWS[name]


def is_site_only(name: str) -> bool:
    """True when only the site, never a tenant, may set this field."""
    return bool(_BY_NAME[name].metadata["site_only"])


_BY_NAME: dict[str, Field[Any]] = {f.name: f for f in POLICY_FIELDS}
_LAWS: dict[str, Law] = {f.name: cast("Law", f.metadata["law"]) for f in POLICY_FIELDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorException:
    """A dated departure from the floor for one tenant, checkpoint and field.

    It moves the floor, not the policy, so a tenant's own stricter wish still counts; past
    `expires_at` it is as if it had never been.
    """

    checkpoint: str
    field: str
    value: Any
    owner: str
    reason: str
    expires_at: datetime


def clamp(policy: Policy, floor: Policy) -> Policy:
    """`policy` tightened, field by field, until it is nowhere weaker than `floor`."""
    return replace(
        policy,
        **{
            name: law.clamp(getattr(policy, name), getattr(floor, name))
            for name, law in _LAWS.items()
        },
    )


def is_at_least(policy: Policy, floor: Policy) -> bool:
    """True when no field of `policy` is weaker than in `floor`."""
    return all(
        law.holds(getattr(policy, name), getattr(floor, name)) for name, law in _LAWS.items()
    )


def weakened_fields(before: Policy, after: Policy) -> tuple[str, ...]:
    """The fields in which `after` is weaker than `before`: what makes a change worth a notice."""
    return tuple(
        name
        for name, law in _LAWS.items()
        if not law.holds(getattr(after, name), getattr(before, name))
    )


def strictest(policies: Sequence[Policy]) -> Policy:
    """The strictest combination of several policies, as user-wide actions take it.

    Raises ValueError for none.
    """
    if not policies:
        raise ValueError("there is no strictest of no policies")
    result = policies[0]
    for policy in policies[1:]:
        result = clamp(result, policy)
    return result


def effective(
    *,
    default: Policy,
    floor: Policy,
    wishes: Iterable[Wishes] = (),
    exceptions: Iterable[FloorException] = (),
    now: datetime,
) -> Policy:
    """The policy that counts.

    `wishes` come most specific first: the first that names a field decides it. `exceptions` must
    already be those of this tenant and checkpoint; expired ones are ignored. The result is never
    weaker than the moved floor nor than the caps of NIST.
    """
    chosen: dict[str, Any] = {}
    for wish in wishes:
        for name, value in wish.items():
            chosen.setdefault(name, value)
    moved = {e.field: e.value for e in exceptions if e.expires_at > now}
    clamped = clamp(replace(default, **chosen), replace(floor, **moved))
    return replace(
        clamped,
        ttl=min(clamped.ttl, TTL_CAP[clamped.required_level]),
        code_ttl=min(clamped.code_ttl, CODE_TTL_CAP),
        max_attempts=min(clamped.max_attempts, ATTEMPTS_CAP),
    )
