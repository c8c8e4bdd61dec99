"""Twilio Programmable Messaging: error codes. Those of 30,000 and more come in receipts, and with a
message that was taken and failed at once."""

from __future__ import annotations

from otpguard.channels.vendor_answers.answer import Answers, Moment, confirmed, probable
from otpguard.core.outcome import Failure, FailureScope

_SEND, _SENT = {Moment.SEND}, {Moment.SEND, Moment.RECEIPT}

ANSWERS = Answers(
    "twilio",
    confirmed(Failure.AUTH_CONFIG, 20003),
    # "From" is not one of our numbers that can send there.
    confirmed(Failure.AUTH_CONFIG, 21606, scope=FailureScope.SENDER, at=_SEND),
    # A trial account sends to verified numbers only.
    confirmed(Failure.AUTH_CONFIG, 21608, scope=FailureScope.NUMBER, at=_SEND),
    probable(Failure.AUTH_CONFIG, 10001, 90010, at=_SEND),
    probable(Failure.AUTH_CONFIG, 21212, 21659, 21660, 21703, scope=FailureScope.SENDER, at=_SEND),
    confirmed(Failure.CARRIER_FILTERED, 30007, at=_SENT),
    probable(Failure.CARRIER_FILTERED, 30004, at=_SENT),
    confirmed(Failure.CHANNEL_UNAVAILABLE, 30008, at=_SENT),
    confirmed(Failure.FRAUD_BLOCKED, 30450, 30453, at=_SENT),
    confirmed(Failure.GEO_BLOCKED, 21408, at=_SENT),
    confirmed(Failure.INVALID_NUMBER, 21211, at=_SENT),
    confirmed(Failure.LANDLINE_OR_UNREACHABLE, 21614, 30003, 30005, 30006, at=_SENT),
    probable(Failure.LANDLINE_OR_UNREACHABLE, 21635, at=_SENT),
    confirmed(Failure.NOT_REGISTERED, 30032, 30034, at=_SENT),
    probable(Failure.NOT_REGISTERED, 30024, at=_SENT),
    confirmed(Failure.OPTED_OUT, 21610, at=_SENT),
    confirmed(Failure.RATE_LIMITED, 20429),
    # The queue of one sender is full.
    probable(Failure.RATE_LIMITED, 21611, scope=FailureScope.SENDER, at=_SEND),
    probable(Failure.RATE_LIMITED, 30001, 30022, 30023, scope=FailureScope.SENDER, at=_SENT),
)
