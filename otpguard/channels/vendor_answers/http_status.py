"""What a status says where a vendor's body says nothing that is known (RFC 9110, 15)."""

from __future__ import annotations

from otpguard.channels.vendor_answers.answer import Answers, confirmed
from otpguard.core.outcome import Failure

ANSWERS = Answers(
    "http",
    confirmed(Failure.AUTH_CONFIG, 401, 403, 404, 405),
    # The URL is wrong: none of the vendors sends elsewhere.
    confirmed(Failure.AUTH_CONFIG, "3xx"),
    confirmed(Failure.BALANCE, 402),
    confirmed(Failure.CONFLICT_OPEN, 409),
    confirmed(Failure.RATE_LIMITED, 429),
    confirmed(Failure.TRANSIENT, 408, "5xx"),
    # A gateway that got no answer does not know whether the vendor behind it sent.
    confirmed(Failure.UNKNOWN_OUTCOME, 502, 504),
    # Taken, and yet there is nothing to know it by.
    confirmed(Failure.UNKNOWN_OUTCOME, "2xx"),
    confirmed(Failure.CHANNEL_UNAVAILABLE, "4xx"),
)
"""An exact status counts before its class."""
