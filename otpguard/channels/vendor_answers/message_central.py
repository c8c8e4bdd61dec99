"""Message Central VerifyNow: response codes, as integrations of others list them."""

from __future__ import annotations

from otpguard.channels.vendor_answers.answer import Answers, Moment, confirmed, probable
from otpguard.core.outcome import Failure, FailureScope

_DAY = 24 * 3600

ANSWERS = Answers(
    "message central",
    confirmed(Failure.AUTH_CONFIG, 501),
    # One source alone has them.
    probable(Failure.BALANCE, 508, 805),
    confirmed(Failure.CHANNEL_UNAVAILABLE, 400),
    confirmed(Failure.CHECKS_EXHAUSTED, 800, at={Moment.CHECK}),
    confirmed(Failure.CONFLICT_OPEN, 409),
    # The answer also states the account's own interval.
    confirmed(Failure.CONFLICT_OPEN, 506, wait=60),
    # 703 says that an earlier answer was right: this one proves nothing, else a known verification
    # id would.
    confirmed(Failure.EXPIRED_OR_GONE, 505, 703, 705),
    confirmed(Failure.INVALID_NUMBER, 511),
    # On a send it is the limit of this number for the day.
    confirmed(Failure.RATE_LIMITED, 800, scope=FailureScope.NUMBER, wait=_DAY, at={Moment.SEND}),
    confirmed(Failure.TRANSIENT, 500),
    confirmed(Failure.WRONG_CODE, 700, 702),
)
