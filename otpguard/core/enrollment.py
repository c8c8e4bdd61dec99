"""Who must have a factor enrolled, at what level and until when: values in, a status out.

Rules add up: those of the site and of the tenant, for all members and for the member's roles. No
rule cancels another, so adding a rule can only ask for more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from otpguard.core.assurance import AssuranceLevel, AssuranceProfile, Primary
from otpguard.core.choose import best_level, strength
from otpguard.core.decision import EnrolledFactor

ROLE = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
"""What can be the name of a role."""

GRACE_LIMIT = timedelta(days=365)
"""The longest grace period that a rule may give."""

AHEAD_LIMIT = timedelta(days=5 * 365)
"""How far ahead a rule may start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Members with `role` (everybody, when it is empty) must have a factor that reaches `level`
    (any factor, when it is None) by `starts_at` plus `grace`."""

    role: str = ""
    level: AssuranceLevel | None = None
    starts_at: datetime
    grace: timedelta = timedelta(0)

    def applies_to(self, roles: frozenset[str]) -> bool:
        """True for a member with these roles."""
        return not self.role or self.role in roles

    def deadline(self, member_since: datetime | None) -> datetime:
        """Until when the rule must be met. Members who join later get the grace as well."""
        begin = max(self.starts_at, member_since) if member_since else self.starts_at
        return begin + self.grace

    def is_met_by(self, reached: AssuranceLevel | None) -> bool:
        """True for somebody whose best factor reaches `reached`, None without any."""
        return reached is not None and (self.level is None or reached >= self.level)


@dataclass(frozen=True, slots=True)
class NotRequired:
    """No rule asks for more than there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A factor of `level` (None: any) is missing; until `deadline` everything stays open."""

    level: AssuranceLevel | None
    deadline: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """The deadline has passed: everything but enrollment is closed."""

    level: AssuranceLevel | None
    deadline: datetime


EnrollmentStatus: TypeAlias = NotRequired | Due | Overdue


def best(factors: Iterable[EnrolledFactor], profile: AssuranceProfile) -> EnrolledFactor | None:
    """The factor that proves most, the stronger kind where two prove the same.

    Recovery codes alone do not count as a factor. A factor counts from its enrollment on, even
    while its waiting time runs: its owner has done what was asked.
    """
    real = [factor for factor in factors if not factor.kind.recovers]
    strongest_first = sorted(real, key=lambda factor: strength(factor.kind))
    return max(strongest_first, key=lambda factor: reach(factor, profile) or 0, default=None)


def reach(factor: EnrolledFactor | None, profile: AssuranceProfile) -> AssuranceLevel | None:
    """The best level that a factor can prove with a password, whatever one checkpoint allows."""
    if factor is None:
        return None
    return best_level(factor, profile=profile, primary=Primary.PASSWORD)


def enrollment_status(
    rules: Iterable[Rule],
    *,
    roles: frozenset[str],
    factors: Sequence[EnrolledFactor],
    profile: AssuranceProfile,
    now: datetime,
    member_since: datetime | None,
) -> EnrollmentStatus:
    """What enrollment asks of one member.

    Of the rules that are not met, the strictest level and the earliest deadline count; the deadline
    of a met rule does not. A rule that starts later already counts down, so its deadline comes as
    no surprise. `member_since` is None for people without a membership.
    """
    reached = reach(best(factors, profile), profile)
    unmet = [rule for rule in rules if rule.applies_to(roles) and not rule.is_met_by(reached)]
    if not unmet:
        return NotRequired()
    level = max((rule.level for rule in unmet if rule.level is not None), default=None)
    deadline = min(rule.deadline(member_since) for rule in unmet)
    kind = Overdue if deadline <= now else Due
    return kind(level=level, deadline=deadline)


def would_break(
    rules: Iterable[Rule],
    *,
    without: str,
    roles: frozenset[str],
    factors: Sequence[EnrolledFactor],
    profile: AssuranceProfile,
    now: datetime,
    member_since: datetime | None,
) -> bool:
    """True when losing the factor `without` (its id) breaks a rule whose deadline has passed.

    Losing the factor does not break a rule that is not met with it either.
    """
    reached = reach(best(factors, profile), profile)
    after = enrollment_status(
        [rule for rule in rules if rule.is_met_by(reached)],
        roles=roles,
        factors=[factor for factor in factors if factor.id != without],
        profile=profile,
        now=now,
        member_since=member_since,
    )
    return isinstance(after, Overdue)
