"""Vonage Verify v2: statuses of its answers, what a 422 names, and the states of a callback."""

from __future__ import annotations

from otpguard.channels.vendor_answers.answer import Answers, Moment, confirmed, probable
from otpguard.core.outcome import Failure, FailureScope

_SEND, _RECEIPT, _CLOSING = {Moment.SEND}, {Moment.RECEIPT}, {Moment.CLOSING}

ANSWERS = Answers(
    "vonage",
    confirmed(Failure.AUTH_CONFIG, "http 422: another parameter", at=_SEND),
    confirmed(Failure.AUTH_CONFIG, "http 422: from", scope=FailureScope.SENDER, at=_SEND),
    # It names no parameter, or we wrote something that it does not know.
    probable(Failure.AUTH_CONFIG, "http 400", "http 422", at=_SEND),
    probable(Failure.BALANCE, "http 402"),
    confirmed(Failure.CHECKS_EXHAUSTED, "http 410", at=_CLOSING),
    confirmed(Failure.EXPIRED_OR_GONE, "http 404", at=_CLOSING),
    confirmed(Failure.FRAUD_BLOCKED, "blocked", at=_RECEIPT),
    confirmed(Failure.INVALID_NUMBER, "http 422: to", at=_SEND),
    confirmed(Failure.LANDLINE_OR_UNREACHABLE, "failed", at=_RECEIPT),
    confirmed(Failure.OPTED_OUT, "rejected", "user_rejected", at=_RECEIPT),
    confirmed(Failure.WRONG_CODE, "http 400", at=_CLOSING),
)
