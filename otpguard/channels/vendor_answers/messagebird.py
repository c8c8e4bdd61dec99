"""MessageBird's legacy Verify: codes of its error list, and the parameter that an error names."""

from __future__ import annotations

from otpguard.channels.vendor_answers.answer import Answers, Moment, confirmed
from otpguard.core.outcome import Failure

ANSWERS = Answers(
    "messagebird",
    confirmed(Failure.AUTH_CONFIG, 2),
    confirmed(Failure.BALANCE, 25),
    confirmed(Failure.CHANNEL_UNAVAILABLE, "failed", at={Moment.RECEIPT}),
    confirmed(Failure.EXPIRED_OR_GONE, 20),
    confirmed(Failure.INVALID_NUMBER, "parameter recipient", at={Moment.SEND}),
)
