"""Sinch Verification, against its documentation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otpguard.channels.base import ReceiptFact, ReceiptState, Submission, Webhook
from otpguard.channels.option_rules import WrongOptionsError
from otpguard.channels.providers.sinch import Sinch, signature_of
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable
from otpguard.testing.remote_provider_contract import RemoteProviderContract, remote_message
from otpguard.testing.vendor_server import Reply, vendor
from otpguard.transport.exchange import Response
from tests.vendors.sinch import KEY, SECRET, verification

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASKED = Submission(reference="018b-1", channel=Channel.SMS, to="+12015550123", code="481516")


def made(**options: Any) -> Sinch:
    return Sinch(**{"key": KEY, "secret": SECRET, **options})


class TestContract(RemoteProviderContract):
    rule = staticmethod(verification)

    def made(self, base: str, *, connect: float, read: float) -> Sinch:
        return made(base=base, connect=connect, read=read, channels=["sms", "voice", "whatsapp"])

    def secrets(self) -> tuple[str, ...]:
        return (SECRET,)

    def signed_webhook(self) -> tuple[Webhook, datetime]:
        return callback(
            {"id": "018b-1", "event": "VerificationResultEvent", "status": "SUCCESSFUL"}
        ), NOW


class TestFlashCall(TestContract):
    def made(self, base: str, *, connect: float, read: float) -> Sinch:
        return made(base=base, connect=connect, read=read, channels=["voice"], voice="flashcall")


def body_of(provider: Sinch, channel: Channel, **changed: Any) -> dict[str, Any]:
    request = provider.build_request(replace(remote_message(channel), **changed))
    found: dict[str, Any] = json.loads(request.body)
    return found


def test_each_channel_has_its_method() -> None:
    provider = made(channels=["sms", "voice", "whatsapp"], locales={"de": "de-DE"})
    identity = {"type": "number", "endpoint": "+12015550123"}
    usual = {"identity": identity, "reference": "delivery-1"}
    assert body_of(provider, Channel.SMS, lifetime=3725) == {
        **usual,
        "method": "sms",
        "smsOptions": {"codeType": "Numeric", "expiry": "01:02:05"},
    }
    assert body_of(provider, Channel.VOICE, language="de") == {
        **usual,
        "method": "callout",
        "calloutOptions": {"speech": {"locale": "de-DE"}},
    }
    assert body_of(provider, Channel.WHATSAPP)["whatsappOptions"] == {"codeType": "Numeric"}
    missed = made(voice="flashcall")
    assert body_of(missed, Channel.VOICE) == {**usual, "method": "flashcall"}
    sent = provider.build_request(replace(remote_message(Channel.SMS), language="de"))
    assert sent.headers["Accept-Language"] == "de-DE"


def test_how_long_its_codes_are_is_known_only_when_it_is_said() -> None:
    """The length is a setting of the application. A missed call has none."""
    assert made().capabilities.code_length == 0
    assert made(digits=6).capabilities.code_length == 6
    assert made(voice="flashcall", channels=["sms"], digits=6).capabilities.code_length == 6
    with pytest.raises(ValueError, match="missed call"):
        made(voice="flashcall", digits=6)


def test_the_number_that_called_is_reported_as_such() -> None:
    asked = replace(ASKED, channel=Channel.VOICE, code="+46700000000")
    request = made(voice="flashcall").check_request(asked)
    assert request.url.endswith("/verifications/id/018b-1")
    assert json.loads(request.body) == {
        "method": "flashcall",
        "flashCall": {"cli": "+46700000000"},
    }


def said(http: int = 200, /, **body: Any) -> Response:
    return Response(status=http, body=json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "reason", "failure"),
    [
        ("DENIED", "Fraud", Failure.FRAUD_BLOCKED),
        ("DENIED", "Blocked", Failure.FRAUD_BLOCKED),
        ("DENIED", "", Failure.FRAUD_BLOCKED),
        ("DENIED", "Destination denied", Failure.GEO_BLOCKED),
        ("DENIED", "Denied by callback", Failure.AUTH_CONFIG),
        ("ERROR", "Invalid callback", Failure.AUTH_CONFIG),
        ("ERROR", "Not enough credit", Failure.BALANCE),
        ("ERROR", "Internal error", Failure.TRANSIENT),
        ("ERROR", "Network error or number unreachable", Failure.LANDLINE_OR_UNREACHABLE),
        ("ERROR", "SMS delivery failure", Failure.CARRIER_FILTERED),
        ("ERROR", "something new", Failure.LANDLINE_OR_UNREACHABLE),
        ("ABORTED", "", Failure.EXPIRED_OR_GONE),
    ],
)
def test_a_start_that_failed_says_why(status: str, reason: str, failure: Failure) -> None:
    outcome: Outcome = made().parse_response(said(id="1", status=status, reason=reason))
    assert isinstance(outcome, Refused | Unavailable)
    assert outcome.failure is failure


@pytest.mark.parametrize(
    ("http", "failure"),
    [
        (400, Failure.INVALID_NUMBER),
        (401, Failure.AUTH_CONFIG),
        (402, Failure.BALANCE),
        (429, Failure.RATE_LIMITED),
    ],
)
def test_an_error_is_judged_by_its_status(http: int, failure: Failure) -> None:
    outcome = made().parse_response(said(http, errorCode=http * 100, message="+12015550123"))
    assert isinstance(outcome, Refused | Unavailable)
    assert outcome.failure is failure


def test_a_start_that_is_pending_was_accepted() -> None:
    outcome = made().parse_response(said(id="1", method="sms", status="PENDING"))
    assert outcome == Accepted(reference="1", route="verify")


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        ("SUCCESSFUL", "", Right()),
        ("PENDING", "", Wrong()),
        ("FAIL", "Invalid code", Wrong()),
        ("FAIL", "Invalid CLI", Wrong()),
        ("FAIL", "Hung up without entering valid code", Wrong()),
        ("FAIL", "", Wrong(exhausted=True)),
        ("FAIL", "Expired", Gone()),
        ("ABORTED", "", Gone()),
        ("DENIED", "Fraud", Gone(failure=Failure.FRAUD_BLOCKED)),
    ],
)
def test_only_successful_is_right(status: str, reason: str, expected: CheckedCode) -> None:
    answer = said(id="018b-1", method="sms", status=status, reason=reason)
    assert made().parse_check(answer, ASKED) == expected


def test_the_success_of_another_verification_is_not_ours() -> None:
    assert made().parse_check(said(id="018b-2", status="SUCCESSFUL"), ASKED) == Gone()
    assert made().parse_check(said(status="SUCCESSFUL"), ASKED) == Gone()


@pytest.mark.parametrize("reason", ["Internal error", "Not enough credit"])
def test_a_fault_of_the_route_leaves_it_open(reason: str) -> None:
    answer = said(id="018b-1", status="ERROR", reason=reason)
    assert isinstance(made().parse_check(answer, ASKED), Unavailable)


def callback(body: Any, *, at: datetime = NOW, secret: str = SECRET, key: str = KEY) -> Webhook:
    raw = json.dumps(body).encode()
    stamp = at.isoformat().replace("+00:00", "Z")
    kind = "application/json"
    signature = signature_of(
        secret, method="POST", path="/hook/", content_type=kind, timestamp=stamp, body=raw
    )
    headers = {
        "authorization": f"application {key}:{signature}",
        "X-Timestamp": stamp,
        "Content-Type": kind,
    }
    return Webhook(method="POST", url="https://acme.example/hook/", headers=headers, body=raw)


def test_a_callback_is_signed_for_its_path_its_body_and_its_time() -> None:
    genuine = callback({"event": "VerificationResultEvent"})
    provider = made()
    assert provider.is_authentic(genuine, now=NOW)
    assert provider.is_authentic(genuine, now=NOW + timedelta(minutes=5))
    for forged in (
        replace(genuine, body=b"{}"),
        replace(genuine, method="PUT"),
        replace(genuine, url="https://acme.example/other/"),
        replace(genuine, headers={**genuine.headers, "Content-Type": "text/plain"}),
        replace(genuine, headers={**genuine.headers, "authorization": f"Basic {KEY}:{SECRET}"}),
        replace(genuine, headers={}),
        callback({}, secret="b3RoZXI="),
        callback({}, key="other"),
        replace(genuine, headers={**genuine.headers, "authorization": "Application"}),
    ):
        assert not provider.is_authentic(forged, now=NOW)
    for late in (timedelta(minutes=5, seconds=1), timedelta(minutes=-6)):
        assert not provider.is_authentic(genuine, now=NOW + late)


def facts(**body: Any) -> tuple[ReceiptFact, ...]:
    return made().parse_receipt(callback({"id": "1", **body}))


def test_an_sms_is_reported_as_delivered_or_failed() -> None:
    event = "VerificationSmsDeliveredEvent"
    assert facts(event=event, smsResult="Successful") == (
        ReceiptFact(reference="1", state=ReceiptState.DELIVERED),
    )
    [failed] = facts(event=event, smsResult="Failed")
    assert (failed.state, failed.failure) == (ReceiptState.FAILED, Failure.CARRIER_FILTERED)
    assert facts(event=event, smsResult="?") == ()


def test_a_result_tells_of_the_delivery_where_it_does() -> None:
    event = "VerificationResultEvent"
    [done] = facts(event=event, status="SUCCESSFUL", price={"amount": "0.039", "currencyId": "USD"})
    assert (done.state, done.cost_micros) == (ReceiptState.DELIVERED, 39_000)
    [gone] = facts(event=event, status="ERROR", reason="Network error or number unreachable")
    assert gone.failure is Failure.LANDLINE_OR_UNREACHABLE
    for reason in ("Invalid code", "Expired", "Denied by callback"):
        assert facts(event=event, status="FAIL", reason=reason) == ()
    assert facts(event="VerificationRequestEvent") == ()
    assert made().parse_receipt(Webhook(method="POST", url="https://a.example", body=b"[")) == ()


def test_a_callback_tells_our_key_and_a_result_its_nested_price() -> None:
    event = "VerificationSmsDeliveredEvent"
    [told] = facts(event=event, smsResult="Successful", reference="delivery-1")
    assert told.key == "delivery-1"
    [result] = facts(event="VerificationResultEvent", status="SUCCESSFUL", reference="delivery-1")
    assert result.key == "delivery-1"
    body = (
        b'{"id": "018b-1", "method": "callout", "status": "SUCCESSFUL", "reference": "delivery-1",'
        b' "price": {"verificationPrice": {"currencyId": "USD", "amount": 0.0127},'
        b' "terminationPrice": {"currencyId": "USD", "amount": 3.141516}, "billableDuration": 7}}'
    )
    with vendor(verification) as server:
        server.reply = Reply(200, body)
        asked = made(base=server.url).status("018b-1")
    assert isinstance(asked, ReceiptFact)
    assert (asked.cost_micros, asked.key) == (3_154_216, "delivery-1")


def test_a_verification_may_start_when_it_is_asked_for() -> None:
    asked = callback({"event": "VerificationRequestEvent", "id": "1"})
    assert json.loads(made().handshake(asked) or "") == {"action": "allow"}
    assert made().handshake(callback({"event": "VerificationResultEvent"})) is None


def test_sms_are_reported_only_where_the_callback_is_ours() -> None:
    assert not made().capabilities.receipts
    assert made(callbacks=True).capabilities.receipts


def test_there_is_nothing_to_cancel() -> None:
    with vendor(verification) as server:
        assert made(base=server.url).cancel("1") is None
        assert server.received == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("channels", ["email"]),
        ("voice", "seamless"),
        ("key", ""),
        ("key", "a:b"),
        ("secret", "?"),
        ("secret", ""),
        ("callbacks", "https://acme.example/"),
        ("locales", {"de": "de_DE"}),
        ("base", "https://"),
    ],
)
def test_an_option_keeps_to_the_rule_of_sinch(option: str, value: object) -> None:
    with pytest.raises(WrongOptionsError, match=option) as found:
        made(**{option: value})
    assert len(found.value.faults) == 1


def result(status: str, reason: str = "") -> ReceiptFact | None:
    price = {"amount": "0.039", "currencyId": "USD"}
    body = {"id": "018b-1", "status": status, "reason": reason, "price": price}
    return made().parse_status(Response(status=200, body=json.dumps(body).encode()))


def test_the_result_of_a_verification_can_be_asked() -> None:
    done = result("SUCCESSFUL")
    assert done == ReceiptFact(reference="018b-1", state=ReceiptState.DELIVERED, cost_micros=39_000)
    lost = result("ERROR", "SMS delivery failure")
    assert lost is not None
    assert (lost.state, lost.failure) == (ReceiptState.FAILED, Failure.CARRIER_FILTERED)
    assert result("PENDING") is None
    assert result("ABORTED") is None, "a newer start did that"
    assert result("FAIL", "Invalid code") is None
    with vendor(verification) as server:
        assert made(base=server.url).status("018b-1") is None
        [received] = server.received
        assert (received.method, received.path) == (
            "GET",
            "/verification/v1/verifications/id/018b-1",
        )


SINCH = "bXkta2V5LXNlY3JldA=="
SINCH_TIME = "2023-11-22T09:10:11.999Z"
ACE = (
    '{"event":"ace","callid":"822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257",'
    '"timestamp":"2014-09-24T10:59:41Z","version":1}'
)
SINCH_CASES = [
    (
        SINCH,
        "POST /path/pathParamValue",
        "application/json; charset=UTF-8",
        SINCH_TIME,
        '{"identity":{"type":"number","endpoint":"+33444555666"},"method":"sms"}',
        "QP3OzQZVzRZAEev6DBLvJkgpiqyZPuXYsc7oyjUV0K8=",
    ),
    (
        SINCH,
        "GET /path/pathParamValue",
        "application/json",
        SINCH_TIME,
        "",
        "nsrLDvP6KVD/dAxb3IfAncdwjPFJVWSrseEFOcZge+A=",
    ),
    (
        "BeIukql3pTKJ8RGL5zo0DA==",
        "POST /sinch/callback/ace",
        "application/json",
        "2014-09-24T10:59:41Z",
        ACE,
        "Tg6fMyo8mj9pYfWQ9ssbx3Tc1BNC87IEygAfLbJqZb4=",
    ),
    (
        "JViE5vDor0Sw3WllZka15Q==",
        "POST /v1/sms/+46700000000",
        "application/json",
        "2014-06-04T13:41:58Z",
        '{"message":"Hello world"}',
        "qDXMwzfaxCRS849c/2R0hg0nphgdHciTo7OdM6MsdnM=",
    ),
]


@pytest.mark.parametrize("case", SINCH_CASES)
def test_sinch_signs_method_body_type_time_and_path(case: tuple[str, ...]) -> None:
    secret, line, kind, timestamp, body, expected = case
    method, path = line.split(" ")
    signed = signature_of(
        secret,
        method=method,
        path=path,
        content_type=kind,
        timestamp=timestamp,
        body=body.encode(),
    )
    assert signed == expected
