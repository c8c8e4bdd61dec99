"""Twilio Verify with a code of ours, against its documentation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest

from otpguard.channels.base import ReceiptFact, ReceiptState, Webhook
from otpguard.channels.providers.twilio_verify import TwilioVerify
from otpguard.channels.signatures import basic
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Refused, Unavailable
from otpguard.testing.http_provider_contract import HttpProviderContract
from otpguard.testing.provider_contract import message
from otpguard.testing.vendor_server import Reply, vendor
from otpguard.transport.exchange import Response
from tests.vendors.twilio import ACCOUNT, AUTH_TOKEN, VERIFY_SERVICE, attempt, verify

SID = "VE" + "a" * 32
SERVICE = f"https://verify.twilio.com/v2/Services/{VERIFY_SERVICE}/Verifications"


def made(**options: Any) -> TwilioVerify:
    usual = {"user": ACCOUNT, "password": AUTH_TOKEN, "service_sid": VERIFY_SERVICE}
    return TwilioVerify(**{**usual, **options})


class TestContract(HttpProviderContract):
    rule = staticmethod(verify)

    def made(self, base: str, *, connect: float, read: float) -> TwilioVerify:
        return made(base=base, connect=connect, read=read, channels=list(Channel))

    def secrets(self) -> tuple[str, ...]:
        return (basic(ACCOUNT, AUTH_TOKEN), AUTH_TOKEN)


@pytest.mark.parametrize(
    ("channel", "wire"),
    [
        (Channel.SMS, "sms"),
        (Channel.VOICE, "call"),
        (Channel.WHATSAPP, "whatsapp"),
        (Channel.EMAIL, "email"),
    ],
)
def test_our_digits_go_out_over_the_channel_that_was_asked_for(channel: Channel, wire: str) -> None:
    request = made(risk_check="enable", locales={"de": "de"}).build_request(
        replace(message(channel), language="de")
    )
    assert request.url == SERVICE
    assert parse_qs(request.body.decode()) == {
        "To": [message(channel).to],
        "Channel": [wire],
        "CustomCode": ["481516"],
        "Locale": ["de"],
        "RiskCheck": ["enable"],
    }


def test_it_is_told_when_the_code_was_proven_or_given_up() -> None:
    proven = made().confirm_request(SID, Code("481516"))
    assert (proven.url, proven.body) == (f"{SERVICE}/{SID}", b"Status=approved")
    assert made().cancel_request("../x").url == f"{SERVICE}/..%2Fx"
    with vendor(verify) as server:
        provider = made(base=server.url)
        assert provider.confirm(SID, Code("481516")) is None
        assert provider.cancel(SID) is None
        assert [received.form for received in server.received] == [
            {"Status": "approved"},
            {"Status": "canceled"},
        ]
        server.reply = Reply(404, {"code": 20404, "status": 404})
        assert provider.cancel(SID) is Failure.EXPIRED_OR_GONE
        server.mood = "drop"
        assert provider.cancel(SID) is Failure.UNKNOWN_OUTCOME
    assert provider.cancel(SID) is Failure.TRANSIENT


def answered(status: int, body: object) -> Any:
    return made().parse_response(Response(status=status, body=json.dumps(body).encode()))


def test_an_acceptance_has_sid_and_carrier_when_told() -> None:
    body = {"sid": SID, "status": "pending"}
    assert answered(201, body) == Accepted(reference=SID, route="verify")
    looked_up = {"carrier": {"name": "Acme Wireless"}}
    assert answered(201, {**body, "lookup": looked_up}).carrier == "Acme Wireless"
    for lookup in (None, [], {"carrier": None}, {"carrier": {"name": 5.5}}):
        assert answered(201, {**body, "lookup": lookup}).carrier == ""


def test_a_verification_that_is_over_was_not_started() -> None:
    assert isinstance(answered(201, {"sid": SID, "status": "canceled"}), Refused)


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (401, 20003, Failure.AUTH_CONFIG),
        (404, 20404, Failure.AUTH_CONFIG),
        (429, 20429, Failure.RATE_LIMITED),
        (429, 60202, Failure.CHECKS_EXHAUSTED),
        (429, 60203, Failure.RATE_LIMITED),
        (400, 60204, Failure.AUTH_CONFIG),
        (400, 60205, Failure.LANDLINE_OR_UNREACHABLE),
        (400, 60207, Failure.AUTH_CONFIG),
        (400, 60211, Failure.AUTH_CONFIG),
        (429, 60212, Failure.RATE_LIMITED),
        (400, 60217, Failure.AUTH_CONFIG),
        (400, 60220, Failure.GEO_BLOCKED),
        (400, 60238, Failure.GEO_BLOCKED),
        (403, 60410, Failure.FRAUD_BLOCKED),
        (403, 60412, Failure.FRAUD_BLOCKED),
        (403, 60413, Failure.FRAUD_BLOCKED),
        (403, 60605, Failure.GEO_BLOCKED),
        (429, 99999, Failure.RATE_LIMITED),
    ],
)
def test_an_error_code_says_what_to_do(status: int, code: int, failure: Failure) -> None:
    outcome = answered(status, {"code": code, "message": "to +12015550123", "status": status})
    assert isinstance(outcome, Refused | Unavailable)
    assert outcome.failure is failure
    assert "2015550123" not in outcome.reason


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        ("Invalid parameter `To`: +12015550123", Failure.INVALID_NUMBER),
        ("Invalid parameter: To", Failure.INVALID_NUMBER),
        ("Invalid parameter `Channel`: voice", Failure.AUTH_CONFIG),
        ("Invalid parameter `Token`", Failure.AUTH_CONFIG),
        ("Something else", Failure.AUTH_CONFIG),
        (None, Failure.AUTH_CONFIG),
    ],
)
def test_an_invalid_parameter_is_the_number_or_our_fault(said: object, failure: Failure) -> None:
    assert answered(400, {"code": 60200, "message": said}).failure is failure


@pytest.mark.parametrize(("code", "seconds"), [(60203, 600), (60212, 2)])
def test_the_limit_of_one_number_is_no_fault_of_the_route(code: int, seconds: int) -> None:
    outcome = answered(429, {"code": code})
    assert isinstance(outcome, Refused)
    assert outcome.retry_after == seconds
    with vendor(verify) as server:
        server.reply = Reply(429, {"code": code}, {"Retry-After": "9"})
        limited = made(base=server.url).send(message())
    assert isinstance(limited, Refused)
    assert limited.retry_after == 9


def test_what_became_of_it_is_asked_for() -> None:
    request = made().build_status("VE1")
    assert (request.method, request.body) == ("GET", b"")
    assert request.url == "https://verify.twilio.com/v2/Attempts?VerificationSid=VE1"


def tried(conversion: str = "unconverted", **data: Any) -> dict[str, object]:
    return attempt(SID, conversion, **data)


def told(*attempts: object) -> ReceiptFact | None:
    body = json.dumps({"attempts": attempts}).encode()
    return made().parse_status(Response(status=200, body=body))


def test_an_attempt_tells_state_carrier_and_price() -> None:
    assert told(tried(message_status="DELIVERED")) == ReceiptFact(
        reference=SID,
        state=ReceiptState.DELIVERED,
        carrier="Acme Wireless",
        cost_micros=5000,
        at=datetime(2026, 3, 1, 10, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("attempts", "state", "failure"),
    [
        ([tried(status="undelivered", error_code="30007")], "failed", Failure.CARRIER_FILTERED),
        ([tried(status="failed")], "failed", Failure.LANDLINE_OR_UNREACHABLE),
        ([tried("converted", status="sent")], "delivered", None),
        ([tried(status="failed"), tried(status="delivered")], "delivered", None),
        ([tried(status="failed"), tried(status="sent")], "sent", None),
    ],
)
def test_one_send_that_arrived_is_enough_and_all_must_have_failed(
    attempts: list[object], state: str, failure: Failure | None
) -> None:
    fact = told(*attempts)
    assert fact is not None
    assert (fact.state.value, fact.failure) == (state, failure)


@pytest.mark.parametrize("odd", [{}, {"channel_data": 5}, tried(), {"verification_sid": SID}, 7])
def test_an_attempt_that_tells_nothing_is_passed_over(odd: object) -> None:
    assert told(odd) is None
    assert told() is None


def test_a_send_of_which_nothing_is_known_may_still_arrive() -> None:
    assert told(tried(status="failed"), tried(status="queued")) is None


def test_the_vendor_is_asked_and_answers_about_this_verification_alone() -> None:
    with vendor(verify) as server:
        provider = made(base=server.url)
        said = provider.status(SID)
        assert isinstance(said, ReceiptFact)
        assert (said.reference, said.state) == (SID, ReceiptState.SENT)
        server.reply = Reply(200, {"attempts": [attempt("VE1", message_status="FAILED")]})
        assert provider.status(SID) is None


def test_nothing_that_comes_in_is_believed() -> None:
    received = Webhook(method="POST", url="https://acme.example/", body=b"{}")
    assert not made().capabilities.receipts
    assert not made().is_authentic(received, now=datetime(2026, 3, 1, tzinfo=UTC))
    assert made().parse_receipt(received) == ()
