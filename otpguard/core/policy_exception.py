"""Dated exceptions: how the floor of one tenant, checkpoint and field moves, and for how long.

A site may set its floor above what the product and the standards ask. An exception departs from
that, until a date: it moves the floor, not the policy, so a tenant's own stricter wish still counts
and without a wish nothing changes below the default. Three laws hold:

- an exception only loosens, and one field only;
- it never goes below the bottom, which is what the checkpoint's own declaration asks of everybody
  (`presets.declared_floor`), nor beyond the caps of NIST, which `effective` applies last;
- once it has expired, it has no effect, and nothing has to be written for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from otpguard.core.laws import FREE
from otpguard.core.policy import RULES, Policy
from otpguard.core.policy_rules import FieldRule

LONGEST = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorException:
    """A departure from the floor in one field, of a tenant and checkpoint known from elsewhere."""

    field: str
    value: Any
    expires_at: datetime


class WhyNoException(StrEnum):
    """Why an exception cannot be granted."""

    NO_FLOOR = "no_floor"
    NOTHING_TO_LOOSEN = "nothing_to_loosen"
    TOO_LOW = "too_low"
    ENDS_IN_THE_PAST = "ends_in_the_past"
    TOO_LONG = "too_long"


def can_be_excepted(rule: FieldRule) -> bool:
    """Whether exceptions may name this field: not where there is no floor to move, and not where
    only the operators of the site decide."""
    return rule.law is not FREE and not rule.site_only


def why_refused(
    exception: FloorException, *, floor: Policy, bottom: Policy, now: datetime
) -> WhyNoException | None:
    """Why this exception cannot be granted now; None if it can.

    `floor` is the tenant's floor without exceptions. Raises KeyError for an unknown field.
    """
    rule, name = RULES[exception.field], exception.field
    if not can_be_excepted(rule):
        return WhyNoException.NO_FLOOR
    if rule.law.satisfies(exception.value, getattr(floor, name)):
        return WhyNoException.NOTHING_TO_LOOSEN
    if not rule.law.satisfies(exception.value, getattr(bottom, name)):
        return WhyNoException.TOO_LOW
    if exception.expires_at <= now:
        return WhyNoException.ENDS_IN_THE_PAST
    return WhyNoException.TOO_LONG if exception.expires_at - now > LONGEST else None


def running(exceptions: Iterable[FloorException], now: datetime) -> tuple[FloorException, ...]:
    """Those that have not expired."""
    return tuple(each for each in exceptions if now < each.expires_at)


def moved_floor(floor: Policy, *, bottom: Policy, exceptions: Iterable[FloorException]) -> Policy:
    """The floor as running exceptions move it: nowhere stricter, and below `bottom` only where it
    was so before."""
    moved = floor
    for each in exceptions:
        rule = RULES[each.field]
        if can_be_excepted(rule):
            kept = rule.law.clamp(each.value, getattr(bottom, each.field))
            now_at = rule.law.loosen(getattr(moved, each.field), kept)
            moved = replace(moved, **{each.field: now_at})
    return moved


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyOverTime:
    """A policy that changes at known moments, so that a cache of it can outlive them.

    Each step is a policy and the moment at which it ends, the earliest first; `afterwards` is what
    counts then. Without steps it never changes.
    """

    steps: tuple[tuple[datetime, Policy], ...] = ()
    afterwards: Policy

    def at(self, now: datetime) -> Policy:
        """The policy that counts now."""
        for ends_at, policy in self.steps:
            if now < ends_at:
                return policy
        return self.afterwards


def over_time(
    exceptions: Sequence[FloorException],
    policy_under: Callable[[Sequence[FloorException]], Policy],
) -> PolicyOverTime:
    """The policy at any moment, from what it is under the exceptions that run then."""
    ends = sorted({each.expires_at for each in exceptions})
    return PolicyOverTime(
        steps=tuple(
            (end, policy_under([each for each in exceptions if each.expires_at >= end]))
            for end in ends
        ),
        afterwards=policy_under(()),
    )


def reminder_is_due(
    *, created_at: datetime, expires_at: datetime, ahead: timedelta, now: datetime
) -> bool:
    """Whether it is time to say that an exception ends soon: `ahead` of its end, and for one that
    is short in the second half of its life. Never after the end."""
    half = created_at + (expires_at - created_at) / 2
    return max(expires_at - ahead, half) <= now < expires_at
