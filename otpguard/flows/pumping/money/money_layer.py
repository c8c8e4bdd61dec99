"""What money says about a send before anything is charged: its price, closed channels, lock-downs.

The amounts themselves are charged inside the start's transaction: see
`otpguard.flows.pumping.money.charge_money`.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from otpguard.conf import settings
from otpguard.core.pumping.attempt import Attempt, SpendLane
from otpguard.core.pumping.money.closing import is_open_for
from otpguard.core.pumping.money.terms import MoneyTerms
from otpguard.core.pumping.verdict import Action, Layer, Signal
from otpguard.exceptions import StoreUnavailable
from otpguard.models import PaidClosure, SignupLockdown
from otpguard.store_errors import STORE_ERRORS

_STRANGERS = frozenset({SpendLane.STRANGER, SpendLane.MAILED})


def look_at_money(attempt: Attempt) -> Signal | None:
    """Another way for strangers where the message is dear, where paid channels are closed for its
    prefix, country or channel, and while sign-ups are locked down.

    A confirmed factor and a free message pass unread; others cost one statement for closures, and
    visitors one more for lock-downs. Raises StoreUnavailable: a channel is closed unless it is
    known to be open.
    """
    if attempt.lane is SpendLane.OWNER or not attempt.price_micros:
        return None
    if _is_too_dear(attempt, settings().money):
        return _other("price_limit", f"{attempt.price_micros} micros")
    try:
        if not attempt.user and is_locked_down(now=attempt.now):
            return _other("lockdown", "")
        for row in closures_of(attempt):
            if not is_open_for(row.until, row.tried_at, now=attempt.now):
                return closed_signal(row)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the closed channels cannot be read") from error
    return None


def closures_of(attempt: Attempt) -> list[PaidClosure]:
    """What is closed for a number, or on trial. A database error passes through."""
    return list(PaidClosure.objects.filter(_concerns(attempt), ended_at=None))


def closed_signal(row: PaidClosure) -> Signal:
    """What operators read of a send that a closure stops."""
    return _other("closed", f"{row.scope} {row.key}")


def is_locked_down(*, now: datetime) -> bool:
    """True while a lock-down of sign-ups is in force. A database error passes through."""
    return SignupLockdown.objects.filter(until__gt=now, lifted_at=None).exists()


def _is_too_dear(attempt: Attempt, terms: MoneyTerms) -> bool:
    limit = terms.stranger_price_limit
    unknown = attempt.lane in _STRANGERS and (attempt.is_strict or not attempt.tenant)
    return bool(limit) and unknown and attempt.price_micros > limit


def _concerns(attempt: Attempt) -> Q:
    return (
        Q(scope=PaidClosure.Scope.PREFIX, key=attempt.prefix)
        | Q(scope=PaidClosure.Scope.COUNTRY, key=attempt.number.region)
        | Q(scope=PaidClosure.Scope.CHANNEL, key__in=(attempt.channel, ""))
    )


def _other(reason: str, detail: str) -> Signal:
    return Signal(layer=Layer.MONEY, action=Action.ANOTHER_WAY, reason=reason, detail=detail)
