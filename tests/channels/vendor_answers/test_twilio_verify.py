"""What Twilio Verify answers, at the start of a verification and at its end."""

from __future__ import annotations

import pytest

from otpguard.channels.vendor_answers.answer import Moment
from otpguard.channels.vendor_answers.twilio_verify import ANSWERS
from otpguard.core.outcome import Failure
from otpguard.testing.vendor_server import Reply, vendor
from tests.channels.vendor_answers.asking import (
    Meant,
    answered,
    body_of,
    certain,
    meant,
    refused,
    supposed,
)
from tests.channels.vendor_answers.making import made_twilio_verify


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (404, 20404, certain(Failure.AUTH_CONFIG)),
        (403, 30450, refused(Failure.FRAUD_BLOCKED)),
        (403, 30453, refused(Failure.FRAUD_BLOCKED)),
        (400, 21610, refused(Failure.OPTED_OUT)),
        (403, 21408, refused(Failure.GEO_BLOCKED)),
        (429, 60203, refused(Failure.RATE_LIMITED)),
        (400, 60200, supposed(Failure.AUTH_CONFIG)),
    ],
)
def test_a_code_says_what_to_do(status: int, code: int, expected: Meant) -> None:
    assert meant(answered(made_twilio_verify, status, body_of(code, status=status))) == expected


def test_no_such_service_at_the_start_is_no_such_verification_at_the_end() -> None:
    with vendor() as server:
        server.reply = Reply(404, body_of(20404, status=404))
        assert (
            made_twilio_verify(base=server.url).cancel("VE" + "1" * 32) is Failure.EXPIRED_OR_GONE
        )


@pytest.mark.parametrize("code", [21408, 21610])
def test_what_is_only_supposed_says_so(code: int) -> None:
    answer = ANSWERS.find(code, Moment.RECEIPT)
    assert answer is not None
    assert answer.probable


def test_a_parameter_of_ours_is_certainly_our_fault() -> None:
    said = {"code": 60200, "message": "Invalid parameter `Channel`: voice", "status": 400}
    assert meant(answered(made_twilio_verify, 400, said)) == certain(Failure.AUTH_CONFIG)
    said = {"code": 60200, "message": "Invalid parameter: To", "status": 400}
    assert meant(answered(made_twilio_verify, 400, said)) == refused(Failure.INVALID_NUMBER)
