"""What Bird answers, in the envelope that its own library reads."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.outcome import Failure
from tests.channels.vendor_answers.asking import Meant, answered, meant, refused, supposed
from tests.channels.vendor_answers.making import made_bird


def invalid(*params: str, envelope: bool = True) -> dict[str, Any]:
    inner = {
        "type": "validation_error",
        "code": "E10001",
        "message": "about 12015550123",
        "details": [{"param": each, "message": "is not valid"} for each in params],
    }
    return {"error": inner} if envelope else inner


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (invalid("options.channels"), refused(Failure.CHANNEL_UNAVAILABLE)),
        (invalid("options.channels", envelope=False), refused(Failure.CHANNEL_UNAVAILABLE)),
        ({"error": {"param": "options.channels"}}, refused(Failure.CHANNEL_UNAVAILABLE)),
        (invalid("to.phone_number"), refused(Failure.INVALID_NUMBER)),
        (invalid(), refused(Failure.INVALID_NUMBER)),
        ({"error": {"details": 7}}, refused(Failure.INVALID_NUMBER)),
    ],
)
def test_what_is_not_valid_is_the_channel_or_the_number(body: object, expected: Meant) -> None:
    assert meant(answered(made_bird, 422, body)) == expected


def test_a_misdirected_request_is_supposed_to_be_our_configuration() -> None:
    body = {"error": {"type": "misdirected_error", "message": "wrong region"}}
    assert meant(answered(made_bird, 421, body)) == supposed(Failure.AUTH_CONFIG)
