"""Sinch Verification, against its documentation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otpguard.channels.base import ReceiptFact, ReceiptState, Submission, Webhook
from otpguard.channels.providers.sinch import Sinch
from otpguard.channels.signatures import sinch
from otpguard.core.assurance import Channel
from otpguard.core.checked import Checked, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable
from otpguard.transport.exchange import Response
from tests.channels.remote_contract import RemoteContract, remote_message
from tests.vendors.server import vendor
from tests.vendors.sinch import KEY, SECRET, verification

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASKED = Submission(reference="018b-1", channel=Channel.SMS, to="+12015550123", code="481516")


def made(**options: Any) -> Sinch:
    return Sinch(**{"key": KEY, "secret": SECRET, **options})


class TestContract(RemoteContract):
    rule = staticmethod(verification)

    def made(self, base: str) -> Sinch:
        return made(base=base, read=0.5, channels=["sms", "voice", "whatsapp"])

    def secrets(self) -> tuple[str, ...]:
        return (SECRET,)


class TestFlashCall(RemoteContract):
    rule = staticmethod(verification)

    def made(self, base: str) -> Sinch:
        return made(base=base, read=0.5, channels=["voice"], voice="flashcall")


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
def test_only_successful_is_right(status: str, reason: str, expected: Checked) -> None:
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
    signature = sinch(
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


def test_a_verification_may_start_when_it_is_asked_for() -> None:
    asked = callback({"event": "VerificationRequestEvent", "id": "1"})
    assert json.loads(made().handshake(asked) or "") == {"action": "allow"}
    assert made().handshake(callback({"event": "VerificationResultEvent"})) is None


def test_sms_are_reported_only_where_the_callback_is_ours() -> None:
    assert not made().receipts
    assert made(callbacks=True).receipts


def test_there_is_nothing_to_cancel() -> None:
    with vendor(verification) as server:
        assert made(base=server.url).cancel("1") is None
        assert server.received == []


@pytest.mark.parametrize(
    "options", [{"channels": ["email"]}, {"voice": "seamless"}, {"secret": "?"}, {"secret": ""}]
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"mail|callout|base64"):
        made(**options)


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
