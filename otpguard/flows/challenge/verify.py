"""Verify an answer: a code that was sent, or what the driver of the factor's kind reads. Writes
nothing; asks the vendor about a code that the vendor made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from otpguard.conf import settings
from otpguard.core.assurance import Channel, Primary
from otpguard.core.challenge import DeliveryState
from otpguard.core.codes import CODE_DIGITS, code_matches
from otpguard.core.fallback import length_of
from otpguard.core.reasons import AnswerReason
from otpguard.core.routing import weakest
from otpguard.core.sent_codes import open_vendor_step
from otpguard.factors.base import FactorDriver, Missed, Shown
from otpguard.flows.challenge.remote_check import check_remote_code
from otpguard.flows.delivery.cost import LEFT
from otpguard.flows.delivery.message import code_of
from otpguard.models import Challenge, Delivery, Factor


def verify_answer(
    driver: FactorDriver,
    challenge: Challenge,
    factor: Factor,
    given: str,
    *,
    sent: Sequence[Delivery],
    now: datetime,
) -> Shown | Missed:
    """Whether `given` proves the factor. The caller has counted the try and holds no lock.

    `sent` are the messages of the challenge's generation, by their steps. A code that was sent is
    verified here, also in a recovery; the driver of the kind verifies anything else. Raises
    ValueError when a driver returns a method of another kind.
    """
    if challenge.plan:
        return verify_sent(driver, challenge, given, sent=sent, now=now)
    shown = driver.verify(challenge, factor, given, now=now)
    if isinstance(shown, Shown) and shown.method not in driver.kind.methods:
        raise ValueError(f"{driver.kind} cannot show {shown.method}")
    return shown


def verify_sent(
    driver: FactorDriver,
    challenge: Challenge,
    given: str,
    *,
    sent: Sequence[Delivery],
    now: datetime,
) -> Shown | Missed:
    """Compare `given` with our digits, if a step carries them; then ask the vendor whose step is
    open, once (C14).

    A code is worth what it was sent over: ours the weakest of its channels, a vendor's its own.
    The caller has counted the try and holds no lock. Writes nothing.
    """
    ours = [row for row in sent if not row.remote]
    if ours and code_matches(given, code_of(challenge)):
        method = driver.kind.method_over(_weakest_channel(challenge, ours))
        return Shown(method=method, spend=_nothing, step=_last_that_left(ours).step)
    theirs = open_vendor_step(sent)
    if theirs is None:
        return Missed(reason=AnswerReason.WRONG if ours else AnswerReason.GONE)
    length = length_of(challenge.plan[theirs.step])
    missed = check_remote_code(challenge, theirs, given, length=length, now=now)
    if missed is not None:
        return _missed_both(missed) if ours else missed
    return Shown(
        method=driver.kind.method_over(Channel(theirs.channel)),
        spend=_nothing,
        step=theirs.step,
        short_code=length < CODE_DIGITS,
    )


def _missed_both(by_vendor: Missed) -> Missed:
    """What was compared with our digits is a guess, even if the vendor has failed.

    That the vendor's code is gone does not concern somebody who may have mistyped ours.
    """
    failed = by_vendor.reason is AnswerReason.UNAVAILABLE
    return Missed(reason=by_vendor.reason if failed else AnswerReason.WRONG, guessed=True)


def _nothing() -> bool:
    """Nothing to do: the challenge of a sent code accepts only one right answer."""
    return True


def _weakest_channel(challenge: Challenge, ours: Sequence[Delivery]) -> Channel:
    """The weakest channel that our digits may have travelled over (C8)."""
    travelled = [row for row in ours if _may_have_left(row)]
    return weakest(
        [Channel(row.channel) for row in travelled or ours],
        profile=settings().assurance_profile,
        primary=Primary(challenge.primary),
    )


def _may_have_left(row: Delivery) -> bool:
    """False for a row that nobody has claimed yet. A queued row with a lease was left by a worker
    that died, perhaps after sending."""
    return row.state != DeliveryState.QUEUED or row.lease_until is not None


def _last_that_left(ours: Sequence[Delivery]) -> Delivery:
    left = [row for row in ours if row.state in LEFT]
    return (left or ours)[-1]
