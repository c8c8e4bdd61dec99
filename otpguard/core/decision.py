"""May this pass? One pure function from policy and evidence to a closed set of answers.

The order of the questions is the design's: membership, running holds, proof, factor. Every answer
carries a Reason; the same word appears in the audit event, the API body and the admin's filter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from otpguard.core.assurance import (
    AssuranceLevel,
    AssuranceProfile,
    Method,
)
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.clock import age_is_within
from otpguard.core.evidence import Proof, Source
from otpguard.core.factor_kind import FactorKind
from otpguard.core.federation.local import stays_local
from otpguard.core.policy import Policy
from otpguard.core.policy_caps import TTL_CAP
from otpguard.core.policy_choices import UserVerification


class Reason(StrEnum):
    """Why a decision came out as it did."""

    PROVEN = "proven"
    NOT_REQUIRED = "not_required"
    EMERGENCY = "emergency"
    NO_TENANT = "no_tenant"
    NOT_LOGGED_IN = "not_logged_in"
    NOT_A_MEMBER = "not_a_member"
    USER_INACTIVE = "user_inactive"
    MEMBERSHIP_INACTIVE = "membership_inactive"
    TENANT_INACTIVE = "tenant_inactive"
    SSO_REQUIRED = "sso_required"
    HELD = "held"
    NO_PROOF = "no_proof"
    PROOF_STALE = "proof_stale"
    LEVEL_TOO_LOW = "level_too_low"
    OTHER_INTENT = "other_intent"
    SPENT = "spent"
    FACTOR_NOT_ALLOWED = "factor_not_allowed"
    USER_NOT_VERIFIED = "user_not_verified"
    NOT_ATTESTED = "not_attested"
    RECOVERY_INCOMPLETE = "recovery_incomplete"
    ENROLLMENT_OVERDUE = "enrollment_overdue"
    NO_FACTOR = "no_factor"
    STORE_UNAVAILABLE = "store_unavailable"
    ALREADY_CONTINUED = "already_continued"
    BODY_TOO_LARGE = "body_too_large"
    BROWSER_REQUIRED = "browser_required"
    SERVICE_TOKEN = "service_token"  # noqa: S105 (why something was refused, not a password)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What the guard's statement says of user, membership and tenant."""

    user_active: bool = True
    membership_active: bool = True
    tenant_active: bool = True
    roles: frozenset[str] = frozenset()
    held: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledFactor:
    """One usable factor as a decision sees it: enough to tell what proving it would be worth."""

    id: str
    kind: FactorKind
    usable_from: datetime | None = None
    hardware: bool = False
    user_verified: bool = True
    backup_eligible: bool = True
    attested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """The operation may pass. `spends` asks for one use of the bound proof to be taken."""

    reason: Reason
    proof: Proof | None = None
    spends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequireChallenge:
    """Prove one of `factors` (ids, strongest first) at `level`."""

    level: AssuranceLevel
    reason: Reason
    ttl: timedelta
    factors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequireEnrollment:
    """No enrolled factor reaches `level`; one of `kinds` must be enrolled first."""

    level: AssuranceLevel
    reason: Reason
    ttl: timedelta
    kinds: frozenset[FactorKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A hold runs until `until`; no proof shortens it."""

    until: datetime
    reason: Reason = Reason.HELD


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """The operation is refused and no proof would change that."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Internal half-answer: a proof is missing. `choose` turns it into a Decision."""

    level: AssuranceLevel
    reason: Reason


Refusal: TypeAlias = RequireChallenge | RequireEnrollment | Wait | Deny
Decision: TypeAlias = Allow | Refusal


def is_softened_by_report_only(decision: Decision) -> bool:
    """True for what report-only mode lets pass: a missing proof or a missing factor (a trial run is
    for the people who have none yet), never a member or a hold."""
    if isinstance(decision, RequireEnrollment):
        return decision.reason is Reason.NO_FACTOR
    return isinstance(decision, RequireChallenge) and decision.reason in {
        Reason.NO_PROOF,
        Reason.PROOF_STALE,
        Reason.LEVEL_TOO_LOW,
        Reason.FACTOR_NOT_ALLOWED,
        Reason.USER_NOT_VERIFIED,
        Reason.NOT_ATTESTED,
    }


def decide(
    *,
    checkpoint: Checkpoint,
    policy: Policy,
    profile: AssuranceProfile,
    member: Member | None,
    proofs: Sequence[Proof],
    intent: str,
    binds: bool,
    now: datetime,
) -> Allow | Wait | Deny | Need:
    """Answer for one request.

    `binds` says that this request must be covered by a proof bound to exactly `intent`; it is the
    policy's wish narrowed to unsafe methods by the caller. `proofs` are the live grants of this
    login session, user and tenant only; the core cannot know whose they are.
    """
    denied = _membership(member)
    if denied is not None:
        return denied
    assert member is not None  # noqa: S101 (_membership denies None; this narrows the type)
    held = _running_hold(member, checkpoint, now)
    if held is not None:
        return Wait(until=held)
    if not policy.active:
        return Allow(reason=Reason.NOT_REQUIRED)
    missing = Reason.NO_PROOF
    if stays_local(checkpoint):
        proofs = [proof for proof in proofs if proof.source is Source.LOCAL]
    for proof in proofs:
        short = _shortfall(proof, checkpoint, policy=policy, profile=profile, now=now)
        if short is None:
            short = _unbound(proof, intent) if binds else None
        if short is None and checkpoint.rebinds:
            short = _uncompanioned(proof, proofs, policy=policy, now=now)
        if short is None:
            return Allow(reason=Reason.PROVEN, proof=proof, spends=binds)
        missing = max(missing, short, key=_NEARNESS.index)
    return Need(level=policy.required_level, reason=missing)


_NEARNESS = (
    Reason.NO_PROOF,
    Reason.FACTOR_NOT_ALLOWED,
    Reason.LEVEL_TOO_LOW,
    Reason.USER_NOT_VERIFIED,
    Reason.NOT_ATTESTED,
    Reason.PROOF_STALE,
    Reason.OTHER_INTENT,
    Reason.SPENT,
    Reason.RECOVERY_INCOMPLETE,
)
"""Shortfalls from the furthest to the nearest miss; the nearest is what people are told."""


def _membership(member: Member | None) -> Deny | None:
    if member is None:
        return Deny(reason=Reason.NOT_A_MEMBER)
    if not member.user_active:
        return Deny(reason=Reason.USER_INACTIVE)
    if not member.tenant_active:
        return Deny(reason=Reason.TENANT_INACTIVE)
    if not member.membership_active:
        return Deny(reason=Reason.MEMBERSHIP_INACTIVE)
    return None


def _running_hold(member: Member, checkpoint: Checkpoint, now: datetime) -> datetime | None:
    if not member.held:
        return None
    holds = checkpoint.held_by
    running = [until for name, until in member.held.items() if name in holds and until > now]
    return max(running, default=None)


def _shortfall(
    proof: Proof,
    checkpoint: Checkpoint,
    *,
    policy: Policy,
    profile: AssuranceProfile,
    now: datetime,
) -> Reason | None:
    method = proof.facts.method
    if not _allowed(proof, policy):
        return Reason.FACTOR_NOT_ALLOWED
    worth = profile.worth(proof.facts)
    recovers = checkpoint.rebinds and method.recovers
    if not recovers and (worth is None or worth < policy.required_level):
        return Reason.LEVEL_TOO_LOW
    if method.has_webauthn_flags:
        if policy.user_verification is UserVerification.REQUIRED and not proof.facts.user_verified:
            return Reason.USER_NOT_VERIFIED
        if policy.attested_only and not proof.facts.attested:
            return Reason.NOT_ATTESTED
    return None if _is_fresh(proof, policy, now) else Reason.PROOF_STALE


def _is_fresh(proof: Proof, policy: Policy, now: datetime) -> bool:
    return age_is_within(proof.verified_at, now, min(policy.ttl, TTL_CAP[policy.required_level]))


def _uncompanioned(
    proof: Proof, proofs: Sequence[Proof], *, policy: Policy, now: datetime
) -> Reason | None:
    """A saved recovery code is one of the two things that NIST SP 800-63B-4, 4.2.2.2 asks for;
    both together recover the account, whatever level was lost."""
    if not proof.facts.method.recovers:
        return None
    beside = (other for other in proofs if not other.facts.method.recovers)
    if any(_is_fresh(other, policy, now) for other in beside):
        return None
    return Reason.RECOVERY_INCOMPLETE


def _unbound(proof: Proof, intent: str) -> Reason | None:
    if not intent or proof.intent != intent:
        return Reason.OTHER_INTENT
    if proof.uses_left is None or proof.uses_left < 1:
        return Reason.SPENT
    return None


def _allowed(proof: Proof, policy: Policy) -> bool:
    """What the identity provider has checked is no kind of factor of ours: the policy says yes or
    no to all of it, and no where makers must vouch, because nobody here sees the maker."""
    if proof.source is Source.IDP:
        return policy.idp_satisfies and not policy.attested_only
    method = proof.facts.method
    return method.kind in policy.allowed_factors and _channel_allowed(method, policy)


def _channel_allowed(method: Method, policy: Policy) -> bool:
    return method.channel is None or method.channel in policy.allowed_channels
