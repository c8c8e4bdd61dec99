"""What Meta answers: an error with a code, under any status."""

from __future__ import annotations

import pytest

from otpguard.channels.vendor_answers.meta_whatsapp import ANSWERS
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Failure, FailureScope
from tests.channels.vendor_answers.asking import Meant, answered, certain, meant, refused, supposed
from tests.channels.vendor_answers.making import made_meta

SENDER = FailureScope.SENDER


def asked(status: int, code: int) -> Meant:
    details = {"messaging_product": "whatsapp", "details": "about 12015550123"}
    error = {
        "message": f"(#{code}) About 12015550123",
        "type": "OAuthException",
        "code": code,
        "error_data": details,
        "fbtrace_id": "AbCdEf",
    }
    return meant(answered(made_meta, status, {"error": error}, channel=Channel.WHATSAPP))


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (401, 190, certain(Failure.AUTH_CONFIG)),
        (400, 133010, certain(Failure.AUTH_CONFIG, SENDER)),
        (404, 132001, certain(Failure.AUTH_CONFIG, SENDER)),
        (400, 132015, certain(Failure.AUTH_CONFIG, SENDER)),
        (500, 131045, supposed(Failure.AUTH_CONFIG, SENDER)),
        (400, 131008, supposed(Failure.AUTH_CONFIG, SENDER)),
        (400, 131037, supposed(Failure.AUTH_CONFIG, SENDER)),
        (400, 132005, supposed(Failure.AUTH_CONFIG, SENDER)),
        (400, 132016, supposed(Failure.AUTH_CONFIG, SENDER)),
        (403, 131031, supposed(Failure.AUTH_CONFIG)),
        (403, 368, supposed(Failure.AUTH_CONFIG)),
        (400, 4, supposed(Failure.RATE_LIMITED)),
        (400, 80007, supposed(Failure.RATE_LIMITED)),
        (429, 130429, certain(Failure.RATE_LIMITED, SENDER)),
        (400, 131056, refused(Failure.RATE_LIMITED)),
        (400, 131042, certain(Failure.BALANCE)),
    ],
)
def test_a_code_says_what_to_do(status: int, code: int, expected: Meant) -> None:
    assert asked(status, code) == expected


def test_a_paused_template_pages_the_operator_and_pauses_nothing() -> None:
    paused = {"messages": [{"id": "wamid.1", "message_status": "paused"}]}
    outcome = answered(made_meta, 200, paused, channel=Channel.WHATSAPP)
    assert meant(outcome) == certain(Failure.AUTH_CONFIG, SENDER)
    assert outcome.pages_operator


def test_every_code_is_found() -> None:
    for answer in ANSWERS:
        if answer.said.isdigit():
            assert asked(400, int(answer.said)) == meant(answer.outcome("meta"))
