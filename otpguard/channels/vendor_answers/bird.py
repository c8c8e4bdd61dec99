"""Bird Verify: statuses of a verification, reasons of an attempt, and what a 422 names."""

from __future__ import annotations

from otpguard.channels.vendor_answers.answer import Answers, Moment, confirmed, probable
from otpguard.core.outcome import Failure

_SEND, _RECEIPT = {Moment.SEND}, {Moment.RECEIPT}

ANSWERS = Answers(
    "bird",
    # The key is of another region than the URL.
    probable(Failure.AUTH_CONFIG, "http 421"),
    confirmed(Failure.CARRIER_FILTERED, "carrier_rejected", at=_RECEIPT),
    confirmed(Failure.CHANNEL_UNAVAILABLE, "failed", "http 422: options.channels", at=_SEND),
    confirmed(Failure.CHANNEL_UNAVAILABLE, "channel_disabled", "channel_unavailable", at=_RECEIPT),
    confirmed(Failure.EXPIRED_OR_GONE, "canceled", "expired", "verified", at=_SEND),
    confirmed(Failure.FRAUD_BLOCKED, "blocked", at=_SEND),
    confirmed(Failure.INVALID_NUMBER, "http 422", at=_SEND),
    confirmed(Failure.INVALID_NUMBER, "hard_bounce", at=_RECEIPT),
    confirmed(
        Failure.LANDLINE_OR_UNREACHABLE,
        "delivery_timeout",
        "soft_bounce",
        "undelivered",
        at=_RECEIPT,
    ),
)
