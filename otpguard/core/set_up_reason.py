"""Why somebody is asked to set up a way to confirm: what they have, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from otpguard.core.assurance import AssuranceLevel, AssuranceProfile, Primary
from otpguard.core.choose import potential
from otpguard.core.decision import EnrolledFactor
from otpguard.core.policy import Policy


class SetUpReason(StrEnum):
    """One reason; the order is that of the page."""

    RESET = "reset"
    EMAIL_ONLY = "email_only"
    BLOCKED = "blocked"
    LOCKED_OUT = "locked_out"
    SWITCHED_OFF = "switched_off"
    WAITING = "waiting"
    PHONE_AT_RISK = "phone_at_risk"
    KIND_REFUSED = "kind_refused"
    TOO_WEAK = "too_weak"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpReasons:
    """The reasons, and when what waits can be used, if something waits."""

    reasons: tuple[SetUpReason, ...] = ()
    usable_from: datetime | None = None


def reasons_to_set_up(
    *,
    lost: Iterable[SetUpReason],
    factors: Sequence[EnrolledFactor],
    policy: Policy,
    level: AssuranceLevel,
    profile: AssuranceProfile,
    primary: Primary,
    by_risk: bool,
    now: datetime,
) -> SetUpReasons:
    """Why none of `factors` serves at `level`, and what somebody lost before, in order.

    `lost` says what became of factors that are not there any more. `by_risk` is true at a
    checkpoint that takes phones out of a policy for a login that looks unusual.
    """
    found, usable_from = set(lost), None
    for factor in factors:
        if factor.usable_from is not None and factor.usable_from > now:
            found.add(SetUpReason.WAITING)
            usable_from = min(usable_from or factor.usable_from, factor.usable_from)
        elif factor.kind.slug not in policy.allowed_factors:
            at_risk = by_risk and factor.kind.sends_codes
            found.add(SetUpReason.PHONE_AT_RISK if at_risk else SetUpReason.KIND_REFUSED)
        elif not factor.kind.recovers:
            reach = potential(factor, policy=policy, profile=profile, primary=primary)
            # The page has a sentence of its own for makers that nobody vouches for.
            vouched = factor.attested or not policy.attested_only
            if vouched and (reach or 0) < level:
                found.add(SetUpReason.TOO_WEAK)
    return SetUpReasons(
        reasons=tuple(each for each in SetUpReason if each in found), usable_from=usable_from
    )
