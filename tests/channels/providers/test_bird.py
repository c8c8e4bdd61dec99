"""Bird Verify, against its documentation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otpguard.channels.base import ReceiptFact, ReceiptState, Submission, Webhook
from otpguard.channels.option_rules import WrongOptionsError
from otpguard.channels.providers.bird import Bird
from otpguard.channels.signatures import standard
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Refused, Unavailable
from otpguard.testing.remote_provider_contract import RemoteProviderContract, remote_message
from otpguard.testing.vendor_server import vendor
from otpguard.transport.exchange import Response
from tests.vendors.bird import API_KEY, BirdVerify, reference, verify

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="
ONE = reference(1)
NOW = datetime.fromtimestamp(1_750_000_000, tz=UTC)
ASKED = Submission(reference=ONE, channel=Channel.SMS, to="+12015550123", code="481516")


def made(**options: Any) -> Bird:
    return Bird(**{"api_key": API_KEY, "webhook_secret": SECRET, **options})


class TestContract(RemoteProviderContract):
    rule = staticmethod(verify)

    def made(self, base: str, *, connect: float, read: float) -> Bird:
        return made(base=base, connect=connect, read=read, channels=["sms", "whatsapp", "email"])

    def secrets(self) -> tuple[str, ...]:
        return (API_KEY, SECRET)

    def signed_webhook(self) -> tuple[Webhook, datetime]:
        return event("verify.attempt.delivered", id=ONE), NOW


def test_the_url_follows_the_region_of_the_key() -> None:
    request = made().build_request(remote_message(Channel.SMS))
    assert request.url == "https://eu1.platform.bird.com/v1/verify/verifications"
    assert request.headers["Idempotency-Key"] == "delivery-1"
    assert json.loads(request.body) == {
        "to": {"phone_number": "+12015550123"},
        "options": {"code_length": 6, "channels": ["sms"]},
    }
    email = made(channels=["email"]).build_request(remote_message(Channel.EMAIL))
    assert json.loads(email.body)["to"] == {"email": "kim@example.com"}


def said(http: int = 200, /, **body: Any) -> Response:
    return Response(status=http, body=json.dumps(body).encode(), headers={"retry-after": "9"})


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        ("blocked", Failure.FRAUD_BLOCKED),
        ("failed", Failure.CHANNEL_UNAVAILABLE),
        ("expired", Failure.EXPIRED_OR_GONE),
        ("canceled", Failure.EXPIRED_OR_GONE),
        ("verified", Failure.EXPIRED_OR_GONE),
    ],
)
def test_a_start_that_is_over_was_none(status: str, failure: Failure) -> None:
    outcome = made().parse_response(said(id=ONE, status=status))
    assert isinstance(outcome, Refused)
    assert outcome.failure is failure


def test_a_start_is_known_by_an_id_of_birds() -> None:
    pending = made().parse_response(said(201, id=ONE, status="pending"))
    assert pending == Accepted(reference=ONE, route="verify")
    strange = made().parse_response(said(id="vrf_ilou", status="pending"))
    assert isinstance(strange, Unavailable)
    assert strange.perhaps_sent


def test_a_number_or_a_limit_is_refused() -> None:
    invalid = made().parse_response(said(422, code="Invalid"))
    assert isinstance(invalid, Refused)
    assert invalid.failure is Failure.INVALID_NUMBER
    limited = made().parse_response(said(429))
    assert isinstance(limited, Unavailable)
    assert limited.failure is Failure.RATE_LIMITED


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"success": True, "verification": {"id": ONE}}, Right()),
        ({"success": True, "verification": {"id": reference(2)}}, Gone()),
        ({"success": True}, Gone()),
        ({"success": True, "verification": [ONE]}, Gone()),
        ({"success": False, "reason": "incorrect_code", "attempts_remaining": 2}, Wrong()),
        (
            {"success": False, "reason": "incorrect_code", "attempts_remaining": 0},
            Wrong(exhausted=True),
        ),
        ({"success": False, "reason": "attempts_exhausted"}, Wrong(exhausted=True)),
        ({"success": False, "reason": "expired"}, Gone()),
        ({"success": False, "reason": None}, Wrong()),
    ],
)
def test_only_the_success_of_this_verification_is_right(
    body: dict[str, Any], expected: CheckedCode
) -> None:
    assert made().parse_check(said(**body), ASKED) == expected
    assert not isinstance(made().parse_check(said(500, **body), ASKED), Right)


def test_a_second_start_for_a_number_is_the_same_verification() -> None:
    with vendor(BirdVerify()) as server:
        provider = made(base=server.url)
        first, second = (provider.send(remote_message(Channel.SMS, key=key)) for key in "ab")
        assert first == second == Accepted(reference=ONE, route="verify")
        assert provider.check(ASKED) == Right()
        assert provider.check(ASKED) == Gone(), "a code is taken once"


def event(kind: str, *, at: int = 1_750_000_000, secret: str = SECRET, **data: Any) -> Webhook:
    body = json.dumps({"type": kind, "timestamp": "2026-03-01T10:00:00Z", "data": data}).encode()
    signature = standard(secret, message="msg_1", timestamp=str(at), body=body)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,AAAA {signature}",
    }
    return Webhook(method="POST", url="https://acme.example/", headers=headers, body=body)


def test_a_webhook_is_signed_for_its_id_its_time_and_its_body() -> None:
    genuine = event("verify.attempt.sent")
    assert made().is_authentic(genuine, now=NOW)
    assert not made(webhook_secret="").is_authentic(genuine, now=NOW)
    for name in genuine.headers:
        for value in ("", "x", "1"):
            forged = replace(genuine, headers={**genuine.headers, name: value})
            assert not made().is_authentic(forged, now=NOW)
    assert not made().is_authentic(replace(genuine, body=b"{}"), now=NOW)
    assert not made().is_authentic(event("x", secret="whsec_b3RoZXI="), now=NOW)
    for late in (timedelta(seconds=301), timedelta(seconds=-301)):
        assert not made().is_authentic(genuine, now=NOW + late)


def test_a_vector_of_the_vendors_library_holds() -> None:
    received = Webhook(
        method="POST",
        url="https://acme.example/",
        headers={
            "webhook-id": "msg_1",
            "webhook-timestamp": "1750000000",
            "webhook-signature": "v1,mPSnTmaBEh/IkBtpiVyMnGS/Ywowjjggn67323+CoNQ=",
        },
        body=b'{"type":"domain.failed"}',
    )
    assert made().is_authentic(received, now=NOW)
    assert made().parse_receipt(received) == ()


def test_an_attempt_tells_state_carrier_and_reason() -> None:
    at = "2026-03-01T10:00:01Z"
    [arrived] = made().parse_receipt(
        event("verify.attempt.delivered", verification_id=ONE, carrier="Acme", delivered_at=at)
    )
    assert arrived == ReceiptFact(
        reference=ONE,
        state=ReceiptState.DELIVERED,
        carrier="Acme",
        at=datetime(2026, 3, 1, 10, 0, 1, tzinfo=UTC),
    )
    [sent] = made().parse_receipt(event("verify.attempt.sent", verification={"id": ONE}))
    assert sent.state is ReceiptState.SENT
    [proven] = made().parse_receipt(event("verify.verification.verified", id=ONE))
    assert proven.state is ReceiptState.DELIVERED


@pytest.mark.parametrize(
    ("reason", "failure"),
    [
        ("carrier_rejected", Failure.CARRIER_FILTERED),
        ("hard_bounce", Failure.INVALID_NUMBER),
        ("soft_bounce", Failure.LANDLINE_OR_UNREACHABLE),
        ("undelivered", Failure.LANDLINE_OR_UNREACHABLE),
        ("delivery_timeout", Failure.LANDLINE_OR_UNREACHABLE),
        ("channel_unavailable", Failure.CHANNEL_UNAVAILABLE),
        ("channel_disabled", Failure.CHANNEL_UNAVAILABLE),
        ("something new", Failure.LANDLINE_OR_UNREACHABLE),
    ],
)
def test_an_attempt_that_did_not_arrive_says_why(reason: str, failure: Failure) -> None:
    [fact] = made().parse_receipt(
        event("verify.attempt.undelivered", verification_id=ONE, reason=reason)
    )
    assert (fact.state, fact.failure) == (ReceiptState.FAILED, failure)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"type": "verify.attempt.sent", "data": 7}'])
def test_what_names_no_verification_tells_nothing(body: bytes) -> None:
    received = replace(event("verify.attempt.sent"), body=body)
    assert made().parse_receipt(received) == ()
    assert made().parse_receipt(event("verify.attempt.sent", id="att_1")) == ()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("channels", ["voice"]),
        ("digits", 9),
        ("digits", True),
        ("api_key", "x"),
        ("webhook_secret", "whsec_?"),
        ("base", "//bird.example"),
        ("read", 26),
    ],
)
def test_an_option_keeps_to_the_rule_of_bird(option: str, value: object) -> None:
    with pytest.raises(WrongOptionsError, match=option) as found:
        made(**{option: value})
    assert len(found.value.faults) == 1
