"""What Vonage answers: problem documents (RFC 9457)."""

from __future__ import annotations

import pytest

from otpguard.core.assurance import Channel
from otpguard.core.outcome import Failure, FailureScope
from tests.channels.vendor_answers.asking import Meant, answered, certain, meant, refused, supposed
from tests.channels.vendor_answers.making import made_vonage


def invalid(name: str, reason: str) -> dict[str, object]:
    return {
        "type": "https://developer.vonage.com/api-errors/verify#invalid-params",
        "title": "Invalid params",
        "detail": "The value of one or more parameters is invalid",
        "instance": "bf0ca0bf927b3b52e3cb03217e1a1ddf",
        "invalid_parameters": [{"name": name, "reason": reason}],
    }


@pytest.mark.parametrize(
    ("name", "reason", "expected"),
    [
        ("workflow", "`to` Email address is invalid", refused(Failure.INVALID_NUMBER)),
        ("workflow", "`to` Phone number is invalid", refused(Failure.INVALID_NUMBER)),
        ("workflow[0]", "Phone number is invalid", refused(Failure.INVALID_NUMBER)),
        ("workflow", "Email address is invalid", refused(Failure.INVALID_NUMBER)),
        ("workflow[0].to", "must match the pattern", refused(Failure.INVALID_NUMBER)),
        ("to", "is invalid", refused(Failure.INVALID_NUMBER)),
        ("from", "is invalid", certain(Failure.AUTH_CONFIG, FailureScope.SENDER)),
        ("workflow", "`from` is required", certain(Failure.AUTH_CONFIG, FailureScope.SENDER)),
        ("brand", "`to` nobody: too long", certain(Failure.AUTH_CONFIG)),
        ("locale", "is not supported", certain(Failure.AUTH_CONFIG)),
        ("workflow", "is required", certain(Failure.AUTH_CONFIG)),
    ],
)
def test_an_invalid_parameter_is_the_destination_the_sender_or_ours(
    name: str, reason: str, expected: Meant
) -> None:
    for channel in (Channel.SMS, Channel.EMAIL):
        assert meant(answered(made_vonage, 422, invalid(name, reason), channel=channel)) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, supposed(Failure.AUTH_CONFIG)),
        (401, certain(Failure.AUTH_CONFIG)),
        (402, supposed(Failure.BALANCE)),
        (409, refused(Failure.CONFLICT_OPEN)),
        (422, supposed(Failure.AUTH_CONFIG)),
    ],
)
def test_a_status_alone_says_less(status: int, expected: Meant) -> None:
    assert meant(answered(made_vonage, status, {"title": "about 12015550123"})) == expected
