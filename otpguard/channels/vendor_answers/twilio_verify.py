"""Twilio Verify: error codes of its calls, and of the attempts that it lists."""

from __future__ import annotations

from otpguard.channels.vendor_answers.answer import Answers, Moment, confirmed, probable
from otpguard.core.outcome import Failure, FailureScope

_SEND, _SENT = {Moment.SEND}, {Moment.SEND, Moment.RECEIPT}

ANSWERS = Answers(
    "twilio",
    confirmed(Failure.AUTH_CONFIG, 20003, 60204, 60207, 60208, 60209, 60210, 60211, 60217),
    # There is no such service.
    confirmed(Failure.AUTH_CONFIG, 20404, at=_SEND),
    confirmed(Failure.AUTH_CONFIG, "60200: another parameter", at=_SEND),
    probable(Failure.AUTH_CONFIG, 60200),
    confirmed(Failure.CARRIER_FILTERED, 30007, at=_SENT),
    confirmed(Failure.CHECKS_EXHAUSTED, 60202),
    confirmed(Failure.EXPIRED_OR_GONE, 20404, at={Moment.CLOSING}),
    confirmed(Failure.FRAUD_BLOCKED, 30450, 30453, 60410, 60412, 60413, at=_SENT),
    confirmed(Failure.GEO_BLOCKED, 60220, 60238, 60605, at=_SENT),
    probable(Failure.GEO_BLOCKED, 21408, at=_SENT),
    confirmed(Failure.INVALID_NUMBER, "60200: To", at=_SEND),
    confirmed(Failure.LANDLINE_OR_UNREACHABLE, 60205, at=_SENT),
    probable(Failure.OPTED_OUT, 21610, at=_SENT),
    confirmed(Failure.RATE_LIMITED, 20429),
    # Limits on one number; the first ends with the verification, 600 seconds at most.
    confirmed(Failure.RATE_LIMITED, 60203, scope=FailureScope.NUMBER, wait=600, at=_SENT),
    confirmed(Failure.RATE_LIMITED, 60212, scope=FailureScope.NUMBER, wait=2, at=_SENT),
)
