"""What AWS answers, in the forms of its JSON protocol."""

from __future__ import annotations

import pytest

from otpguard.channels.vendor_answers.aws import ANSWERS
from otpguard.core.outcome import Failure, FailureScope
from tests.channels.vendor_answers.asking import Meant, answered, certain, meant, refused, supposed
from tests.channels.vendor_answers.making import made_aws


def error(kind: str, reason: str = "", *fields: str) -> dict[str, object]:
    said = {"__type": kind, "Message": "about 12015550123"}
    named = [{"Name": field, "Message": "is not valid"} for field in fields]
    return {**said, "Reason": reason, "Fields": named} if reason or fields else dict(said)


@pytest.mark.parametrize(
    "kind",
    [
        "UnrecognizedClientException",
        "com.amazon.coral.service#UnrecognizedClientException",
        "com.amazonaws.pinpointsmsvoicev2#UnrecognizedClientException:http://internal/",
    ],
)
def test_a_client_that_is_not_recognized_is_our_credentials(kind: str) -> None:
    assert meant(answered(made_aws, 400, error(kind))) == certain(Failure.AUTH_CONFIG)
    by_header = answered(made_aws, 400, {}, {"x-amzn-errortype": kind})
    assert meant(by_header) == certain(Failure.AUTH_CONFIG)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("RESOURCE_NOT_ACTIVE", certain(Failure.AUTH_CONFIG, FailureScope.SENDER)),
        ("NUMBER_CAPABILITIES_MISMATCH", certain(Failure.AUTH_CONFIG, FailureScope.SENDER)),
        ("MESSAGE_TYPE_MISMATCH", certain(Failure.AUTH_CONFIG, FailureScope.SENDER)),
        ("REGISTRATION_NOT_COMPLETE", refused(Failure.NOT_REGISTERED)),
        (
            "DESTINATION_PHONE_NUMBER_NOT_VERIFIED",
            certain(Failure.AUTH_CONFIG, FailureScope.NUMBER),
        ),
        ("DESTINATION_PHONE_NUMBER_OPTED_OUT", refused(Failure.OPTED_OUT)),
    ],
)
def test_the_reason_of_a_conflict_says_what_to_do(reason: str, expected: Meant) -> None:
    outcome = answered(made_aws, 400, error("ConflictException", reason))
    assert meant(outcome) == expected
    assert outcome.reason == f"aws {reason}"


@pytest.mark.parametrize(
    "kind",
    [
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidSignature",
        "InvalidSignatureException",
        "ValidationException",
    ],
)
def test_what_is_only_supposed_says_so(kind: str) -> None:
    assert meant(answered(made_aws, 403, error(kind))) == supposed(Failure.AUTH_CONFIG)


def test_a_field_that_is_not_valid_is_the_number_or_the_sender() -> None:
    def about(*fields: str) -> Meant:
        wrong = error("ValidationException", "FIELD_VALIDATION_FAILED", *fields)
        return meant(answered(made_aws, 400, wrong))

    assert about("DestinationPhoneNumber") == refused(Failure.INVALID_NUMBER)
    assert about("OriginationIdentity") == certain(Failure.AUTH_CONFIG, FailureScope.SENDER)
    assert about("MessageBody") == supposed(Failure.AUTH_CONFIG)


def test_every_answer_is_found_as_aws_writes_it() -> None:
    for answer in ANSWERS:
        kind, _, field = answer.said.partition(": ")
        if kind.isupper():
            body = error("ConflictException", kind)
        else:
            body = error(f"x#{kind}", "", *filter(None, [field]))
        assert answered(made_aws, 400, body) == answer.outcome("aws")
