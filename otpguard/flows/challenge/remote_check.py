"""Ask the vendor that made a code whether an answer is right (C14).

When this is called, the try is counted and committed, no transaction is open and no row is locked,
because a vendor may take seconds. A code that cannot be checked proves nothing and the try stays
counted. A vendor that cannot check counts as failed, for its breaker and its alarm.
"""

from __future__ import annotations

import logging
import re
import time
from datetime import datetime, timedelta
from typing import assert_never

from django.db import DatabaseError, InterfaceError

from otpguard.channels import catalog
from otpguard.channels.base import RemoteCheck, Submission
from otpguard.channels.breaker import RouteKey
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Gone, Right, Wrong
from otpguard.core.codes import normalize_code
from otpguard.core.outcome import Unavailable
from otpguard.core.reasons import AnswerReason
from otpguard.factors.base import Missed
from otpguard.factors.phone import bound_email
from otpguard.flows.route.health import record_check
from otpguard.models import Challenge, Delivery

logger = logging.getLogger("otpguard.remote_check")

_OF_ANY_LENGTH = re.compile(r"\+?[0-9]{4,16}", re.ASCII)
"""What a code looks like whose length is unknown: digits, or the number that called."""


def check_remote_code(
    challenge: Challenge, delivery: Delivery, given: str, *, length: int, now: datetime
) -> Missed | None:
    """Returns None when the vendor of `delivery` accepts `given`, else why it does not count.

    `length` is how long that vendor's codes are, 0 if unknown. What cannot be one of them is wrong:
    asking the vendor would waste one of its tries.
    """
    code = normalize_code(given)
    if not _may_be_code(code, length):
        return Missed()
    to = _destination(challenge, Channel(delivery.channel))
    if not to:
        return Missed(reason=AnswerReason.GONE)
    checked = _ask(
        delivery,
        Submission(
            reference=delivery.provider_ref or "",
            channel=Channel(delivery.channel),
            to=to,
            code=code,
        ),
        now,
    )
    match checked:
        case Right():
            return None
        case Wrong(exhausted=exhausted):
            return Missed(reason=AnswerReason.TRIES_USED if exhausted else AnswerReason.WRONG)
        case Gone():
            return Missed(reason=AnswerReason.GONE)
        case Unavailable(failure=failure):
            logger.warning("%s could not check a code: %s", delivery.provider, failure)
            return Missed(reason=AnswerReason.UNAVAILABLE)
    assert_never(checked)


def _may_be_code(code: str, length: int) -> bool:
    if not length:
        return _OF_ANY_LENGTH.fullmatch(code) is not None
    return len(code) == length and code.isascii() and code.isdigit()


def _ask(delivery: Delivery, submitted: Submission, now: datetime) -> CheckedCode:
    vendor = catalog.offered(delivery.provider, RemoteCheck)
    if vendor is None:
        return Unavailable(reason="no such provider checks codes any more")
    began = time.monotonic()
    checked = vendor.check(submitted)
    took = timedelta(seconds=time.monotonic() - began)
    route_key = RouteKey(
        provider=delivery.provider, channel=delivery.channel, country=delivery.country
    )
    try:
        record_check(route_key=route_key, checked=checked, took=took, now=now)
    except (DatabaseError, InterfaceError):
        # The vendor accepts a code only once, so its answer must count even if this fails.
        logger.exception("the outcome of %s could not be counted", delivery.provider)
    return checked


def _destination(challenge: Challenge, channel: Channel) -> str:
    """Where the code was sent. Empty if it was sent by e-mail and the e-mail has changed since."""
    if channel is not Channel.EMAIL:
        return str(challenge.destination.reveal())
    return bound_email(challenge.factor, challenge.user)
