"""Meta's WhatsApp Cloud API: its error codes, in answers and in receipts alike."""

from __future__ import annotations

from otpguard.channels.vendor_answers.answer import Answers, Moment, confirmed, probable
from otpguard.core.outcome import Failure, FailureScope

ANSWERS = Answers(
    "meta",
    confirmed(Failure.AUTH_CONFIG, 190),
    # The sender's number, or its template.
    confirmed(
        Failure.AUTH_CONFIG,
        *(131047, 132000, 132001, 132007, 132012, 132015, 133010),
        scope=FailureScope.SENDER,
    ),
    confirmed(
        Failure.AUTH_CONFIG, "message_status paused", scope=FailureScope.SENDER, at={Moment.SEND}
    ),
    probable(Failure.AUTH_CONFIG, 368, 131031),
    # 131045 comes with the status 500.
    probable(
        Failure.AUTH_CONFIG, 131008, 131037, 131045, 132005, 132016, scope=FailureScope.SENDER
    ),
    confirmed(Failure.BALANCE, 131042),
    confirmed(Failure.CARRIER_FILTERED, 131049),
    confirmed(Failure.GEO_BLOCKED, 130497),
    confirmed(Failure.INVALID_NUMBER, 131009),
    # Not on WhatsApp, an old app, the terms not accepted, or we are blocked: Meta does not say.
    confirmed(Failure.LANDLINE_OR_UNREACHABLE, 131026),
    confirmed(Failure.OPTED_OUT, 131050),
    confirmed(Failure.RATE_LIMITED, 130429, 131048, scope=FailureScope.SENDER),
    # Between us and one person.
    confirmed(Failure.RATE_LIMITED, 131056, scope=FailureScope.NUMBER, wait=6),
    probable(Failure.RATE_LIMITED, 4, 80007),
    confirmed(Failure.TRANSIENT, 131000, 131016),
)
