"""What a person can do about a missing proof: which factors reach the level, or what to enroll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from otpguard.core.assurance import (
    AssuranceLevel,
    AssuranceProfile,
    Channel,
    MethodFacts,
    Primary,
)
from otpguard.core.decision import (
    Deny,
    EnrolledFactor,
    Need,
    Reason,
    RequireChallenge,
    RequireEnrollment,
)
from otpguard.core.factor_kind import FactorKind
from otpguard.core.policy import Policy
from otpguard.core.policy_choices import UserVerification


def potential(
    factor: EnrolledFactor, *, policy: Policy, profile: AssuranceProfile, primary: Primary
) -> AssuranceLevel | None:
    """The best level that proving `factor` now could reach under this policy, or None."""
    if factor.kind.slug not in policy.allowed_factors:
        return None
    if factor.kind.has_webauthn_flags and (
        (policy.user_verification is UserVerification.REQUIRED and not factor.user_verified)
        or (policy.attested_only and not factor.attested)
    ):
        return None
    return best_level(factor, profile=profile, primary=primary, channels=policy.allowed_channels)


def best_level(
    factor: EnrolledFactor,
    *,
    profile: AssuranceProfile,
    primary: Primary,
    channels: frozenset[Channel] = frozenset(Channel),
) -> AssuranceLevel | None:
    """The best level that a factor reaches anywhere, whatever one checkpoint's policy allows.

    `channels` are those that a code of it may be sent over.
    """
    levels = [
        profile.worth(
            MethodFacts(
                method=method,
                primary=primary,
                user_verified=factor.user_verified,
                backup_eligible=factor.backup_eligible,
                attested=factor.attested,
            )
        )
        for method in factor.kind.methods_of(hardware=factor.hardware)
        if method.channel is None or method.channel in channels
    ]
    return max((level for level in levels if level is not None), default=None)


def choose(
    need: Need,
    *,
    policy: Policy,
    profile: AssuranceProfile,
    primary: Primary,
    factors: Sequence[EnrolledFactor],
    kinds: Mapping[str, FactorKind],
    now: datetime,
    rebinds: bool = False,
) -> RequireChallenge | RequireEnrollment | Deny:
    """Turn a missing proof into what the person can do about it, strongest factor first.

    A factor whose waiting time (`usable_from`) still runs is not offered. No usable factor means
    enrollment of one of the installed `kinds` that would reach the level; a policy under which no
    kind does is a denial, never a silent pass. Recovery codes count at any level at a checkpoint
    that `rebinds`.
    """
    usable = []
    for factor in factors:
        reach = potential(factor, policy=policy, profile=profile, primary=primary)
        ready = factor.usable_from is None or factor.usable_from <= now
        recovers = rebinds and factor.kind.recovers and reach is not None
        if ready and (recovers or (reach is not None and reach >= need.level)):
            usable.append(factor)
    if usable:
        usable.sort(key=lambda factor: strength(factor.kind))
        return RequireChallenge(
            level=need.level,
            reason=need.reason,
            ttl=policy.ttl,
            factors=tuple(factor.id for factor in usable),
        )
    enough = _worth_enrolling(
        need.level, policy=policy, profile=profile, primary=primary, kinds=kinds
    )
    if not enough:
        return Deny(reason=Reason.FACTOR_NOT_ALLOWED)
    return RequireEnrollment(
        level=need.level, reason=Reason.NO_FACTOR, ttl=policy.ttl, kinds=enough
    )


def strength(kind: FactorKind) -> tuple[int, str]:
    """What kinds of factor are sorted by, the strongest first."""
    return kind.rank, kind.slug


def best_of_kind(kind: FactorKind) -> EnrolledFactor:
    """The best factor of a kind that a person can enroll alone."""
    return EnrolledFactor(id="", kind=kind, backup_eligible=False, attested=True)


def must_be_attested(
    kind: FactorKind, *, policy: Policy, profile: AssuranceProfile, primary: Primary
) -> bool:
    """True where a new factor of this kind serves only if a trusted maker vouches for it: by the
    policy's own wish, or because its level is reached no other way."""
    attested = best_of_kind(kind)
    with_maker, without = (
        potential(factor, policy=policy, profile=profile, primary=primary) or 0
        for factor in (attested, replace(attested, attested=False))
    )
    return with_maker >= policy.required_level > without


def _worth_enrolling(
    level: AssuranceLevel,
    *,
    policy: Policy,
    profile: AssuranceProfile,
    primary: Primary,
    kinds: Mapping[str, FactorKind],
) -> frozenset[FactorKind]:
    """The kinds of which the best that a person can enroll alone would reach `level`."""
    found = set()
    for kind in kinds.values():
        if kind.recovers:
            continue  # never the only one
        best = best_of_kind(kind)
        reach = potential(best, policy=policy, profile=profile, primary=primary)
        if reach is not None and reach >= level:
            found.add(kind)
    return frozenset(found)
