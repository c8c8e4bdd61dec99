"""Sinch Verification: error codes, and the statuses and reasons of a verification."""

from __future__ import annotations

from otpguard.channels.vendor_answers.answer import Answers, Moment, confirmed
from otpguard.core.outcome import Failure

_SEND = {Moment.SEND}
_LATER = {Moment.SEND, Moment.RECEIPT, Moment.CHECK}

ANSWERS = Answers(
    "sinch",
    # Not of a check: there it could be about what was typed.
    confirmed(Failure.AUTH_CONFIG, 40002, 40003, at=_SEND),
    confirmed(Failure.AUTH_CONFIG, "Denied by callback", "Invalid callback", at=_LATER),
    confirmed(Failure.BALANCE, "Not enough credit", at=_LATER),
    confirmed(Failure.CARRIER_FILTERED, "SMS delivery failure", at=_LATER),
    confirmed(Failure.CARRIER_FILTERED, "smsResult Failed", at={Moment.RECEIPT}),
    confirmed(Failure.CHECKS_EXHAUSTED, "FAIL", at=_LATER),
    confirmed(Failure.EXPIRED_OR_GONE, "ABORTED", "Expired", "Failed pending", at=_LATER),
    confirmed(Failure.FRAUD_BLOCKED, "DENIED", "Blocked", "Fraud", at=_LATER),
    confirmed(Failure.GEO_BLOCKED, "Destination denied", at=_LATER),
    confirmed(Failure.INVALID_NUMBER, "http 400", at=_SEND),
    confirmed(
        Failure.LANDLINE_OR_UNREACHABLE,
        "ERROR",
        "Network error or number unreachable",
        at=_LATER,
    ),
    confirmed(Failure.TRANSIENT, "Internal error", at=_LATER),
    confirmed(
        Failure.WRONG_CODE,
        "Hung up without entering valid code",
        "Invalid CLI",
        "Invalid code",
        at=_LATER,
    ),
)
"""A reason counts before the status that it comes with."""
