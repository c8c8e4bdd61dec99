"""What Twilio answers to a message."""

from __future__ import annotations

import pytest

from otpguard.channels.vendor_answers.answer import Moment
from otpguard.channels.vendor_answers.twilio_messaging import ANSWERS
from otpguard.core.outcome import Failure, FailureScope
from tests.channels.vendor_answers.asking import (
    Meant,
    answered,
    body_of,
    certain,
    meant,
    refused,
    supposed,
)
from tests.channels.vendor_answers.making import made_twilio_messaging

SENDER = FailureScope.SENDER


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (401, 20003, certain(Failure.AUTH_CONFIG)),
        (429, 20429, certain(Failure.RATE_LIMITED)),
        (400, 21211, refused(Failure.INVALID_NUMBER)),
        (400, 21408, refused(Failure.GEO_BLOCKED)),
        (400, 21606, certain(Failure.AUTH_CONFIG, SENDER)),
        (400, 21608, certain(Failure.AUTH_CONFIG, FailureScope.NUMBER)),
        (400, 21610, refused(Failure.OPTED_OUT)),
        (400, 21614, refused(Failure.LANDLINE_OR_UNREACHABLE)),
        (400, 21635, refused(Failure.LANDLINE_OR_UNREACHABLE)),
        (403, 30450, refused(Failure.FRAUD_BLOCKED)),
        (400, 21212, supposed(Failure.AUTH_CONFIG, SENDER)),
        (400, 21659, supposed(Failure.AUTH_CONFIG, SENDER)),
        (400, 21660, supposed(Failure.AUTH_CONFIG, SENDER)),
        (400, 21703, supposed(Failure.AUTH_CONFIG, SENDER)),
        (403, 10001, supposed(Failure.AUTH_CONFIG)),
        (401, 90010, supposed(Failure.AUTH_CONFIG)),
        (429, 21611, supposed(Failure.RATE_LIMITED, SENDER)),
        (400, 99999, refused(Failure.CHANNEL_UNAVAILABLE)),
    ],
)
def test_a_code_says_what_to_do(status: int, code: int, expected: Meant) -> None:
    assert meant(answered(made_twilio_messaging, status, body_of(code, status=status))) == expected


@pytest.mark.parametrize(
    ("code", "failure", "is_probable"),
    [
        (30001, Failure.RATE_LIMITED, True),
        (30004, Failure.CARRIER_FILTERED, True),
        (30007, Failure.CARRIER_FILTERED, False),
        (30022, Failure.RATE_LIMITED, True),
        (30023, Failure.RATE_LIMITED, True),
        (30024, Failure.NOT_REGISTERED, True),
        (30034, Failure.NOT_REGISTERED, False),
    ],
)
def test_a_receipt_says_why_it_failed(code: int, failure: Failure, is_probable: bool) -> None:
    answer = ANSWERS.find(code, Moment.RECEIPT)
    assert answer is not None
    assert (answer.failure, answer.probable) == (failure, is_probable)
