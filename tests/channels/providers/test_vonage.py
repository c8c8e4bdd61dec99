"""Vonage Verify v2 with a code of ours, against its documentation."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from otpguard.channels.base import ReceiptFact, ReceiptState, Webhook
from otpguard.channels.option_rules import WrongOptionsError
from otpguard.channels.providers.vonage import FRESH, Vonage
from otpguard.channels.signatures import basic
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Refused, Unavailable
from otpguard.testing.http_provider_contract import HttpProviderContract
from otpguard.testing.provider_contract import message
from otpguard.testing.vendor_server import Reply, vendor
from otpguard.transport.exchange import Request, Response
from tests.vendors.tokens import hs256
from tests.vendors.vonage import KEY, SECRET, SIGNATURE_SECRET, SIGNED_TOKEN, verify

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ID = "c11236f4-00bf-4b89-84ba-88b25df97315"
URL = "https://api.nexmo.com/v2/verify"


def made(**options: Any) -> Vonage:
    usual: dict[str, Any] = {
        "brand": "Acme",
        "api_key": KEY,
        "api_secret": SECRET,
        "signature_secret": SIGNATURE_SECRET,
        "senders": {"whatsapp": "447700900000"},
        "channels": list(Channel),
    }
    return Vonage(**{**usual, **options})


class TestContract(HttpProviderContract):
    rule = staticmethod(verify)

    def made(self, base: str, *, connect: float, read: float) -> Vonage:
        return made(base=base, connect=connect, read=read)

    def secrets(self) -> tuple[str, ...]:
        return (SECRET, SIGNATURE_SECRET, basic(KEY, SECRET))

    def signed_webhook(self) -> tuple[Webhook, datetime]:
        return callback(event("completed")), NOW


@pytest.mark.parametrize("channel", Channel)
def test_the_workflow_has_exactly_one_step_and_our_code(channel: Channel) -> None:
    sent = replace(message(channel), lifetime=600, language="de")
    request = made(locales={"de": "de-de"}).build_request(sent)
    assert (request.method, request.url) == ("POST", URL)
    step = {"channel": channel.value, "to": sent.to.removeprefix("+")}
    if channel is Channel.WHATSAPP:
        step["from"] = "447700900000"
    assert json.loads(request.body) == {
        "brand": "Acme",
        "locale": "de-de",
        "workflow": [step],
        "code": "481516",
        "channel_timeout": 600,
    }


@pytest.mark.parametrize(("lifetime", "asked"), [(1, 15), (600, 600), (5000, 900)])
def test_the_step_lasts_as_long_as_vonage_takes(lifetime: int, asked: int) -> None:
    body = made().build_request(replace(message(), lifetime=lifetime)).body
    assert json.loads(body)["channel_timeout"] == asked
    assert "channel_timeout" not in json.loads(made().build_request(message()).body)


@cache
def pem(kind: str) -> str:
    key: Any = ec.generate_private_key(ec.SECP256R1())
    if kind == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return str(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
    )


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("channels", [*Channel, "carrier pigeon"]),
        ("brand", ""),
        ("brand", "a" * 17),
        ("api_secret", ""),
        ("application_id", "app-1"),
        ("private_key", "no key"),
        ("signature_secret", "two words"),
        ("senders", {}),
        ("senders", {"whatsapp": "+447700900000"}),
        ("senders", {"whatsapp": "447700900000", "email": "Acme"}),
        ("senders", {"whatsapp": "447700900000", "fax": "447700900000"}),
        ("locale", "en"),
        ("locales", {"de": "de-DE"}),
        ("base", "http://api.nexmo.com"),
    ],
)
def test_an_option_keeps_to_the_rule_of_vonage(option: str, value: object) -> None:
    with pytest.raises(WrongOptionsError, match=option) as found:
        made(**{option: value})
    assert len(found.value.faults) == 1


def test_another_kind_of_key_is_told_without_showing_it() -> None:
    with pytest.raises(ValueError, match="an RSA key") as caught:
        made(api_key="", api_secret="", application_id=ID, private_key=pem("ec"))
    assert pem("ec")[40:80] not in str(caught.value)


def test_an_application_signs_each_call_for_a_few_minutes() -> None:
    provider = made(api_key="", api_secret="", application_id=ID, private_key=pem("rsa"))
    plain = provider.build_request(message())
    assert "Authorization" not in plain.headers

    def claims_at(when: datetime, request: Request) -> dict[str, Any]:
        kind, token = provider.authorize(request, now=when).headers["Authorization"].split()
        assert kind == "Bearer"
        head, claims = (_json(part) for part in token.split(".")[:2])
        assert head == {"typ": "JWT", "alg": "RS256"}
        return dict(claims)

    claims = claims_at(NOW, plain)
    assert claims["application_id"] == ID
    assert claims["iat"] == int(NOW.timestamp())
    assert 0 < claims["exp"] - claims["iat"] <= 900
    later = NOW + timedelta(microseconds=1)
    marks = {claims["jti"], claims_at(later, plain)["jti"], claims_at(NOW, other(plain))["jti"]}
    assert len(marks) == 3
    assert provider.authorize(plain, now=NOW).body == plain.body


def other(request: Request) -> Request:
    return replace(request, body=request.body + b" ")


def _json(part: str) -> Any:
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def answered(status: int, body: object) -> Any:
    return made().parse_response(Response(status=status, body=json.dumps(body).encode()))


def test_an_acceptance_is_known_by_its_request_id() -> None:
    assert answered(202, {"request_id": ID}) == Accepted(reference=ID, route="verify")


def invalid(*names: str) -> dict[str, Any]:
    wrong = [{"name": name, "reason": "`to` is invalid: 12015550123"} for name in names]
    return {"title": "Invalid params", "invalid_parameters": wrong}


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (401, {}, Failure.AUTH_CONFIG),
        (402, {}, Failure.BALANCE),
        (409, {"title": "Conflict", "request_id": ID}, Failure.CONFLICT_OPEN),
        (422, invalid("to"), Failure.INVALID_NUMBER),
        (422, invalid("workflow[0].to"), Failure.INVALID_NUMBER),
        (422, invalid("brand"), Failure.AUTH_CONFIG),
        (422, invalid("auto"), Failure.AUTH_CONFIG),
        (422, {}, Failure.AUTH_CONFIG),
        (400, {"title": "Bad request"}, Failure.AUTH_CONFIG),
        (429, {"title": "Rate Limit Hit"}, Failure.RATE_LIMITED),
    ],
)
def test_an_error_says_what_to_do(status: int, body: object, failure: Failure) -> None:
    outcome = answered(status, body)
    assert isinstance(outcome, Refused | Unavailable)
    assert outcome.failure is failure
    assert ID not in repr(outcome), "the open request may be somebody else's"


def test_it_is_told_when_the_code_was_proven_or_given_up() -> None:
    proven = made().confirm_request(ID, Code("481516"))
    assert (proven.method, proven.url, proven.body) == (
        "POST",
        f"{URL}/{ID}",
        b'{"code": "481516"}',
    )
    given_up = made().cancel_request(ID)
    assert (given_up.method, given_up.url, given_up.body) == ("DELETE", f"{URL}/{ID}", b"")
    with vendor(verify) as server:
        provider = made(base=server.url)
        assert provider.confirm(ID, Code("481516")) is None
        assert provider.cancel(ID) is None


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, Failure.WRONG_CODE),
        (404, Failure.EXPIRED_OR_GONE),
        (409, Failure.CONFLICT_OPEN),
        (410, Failure.CHECKS_EXHAUSTED),
        (401, Failure.AUTH_CONFIG),
        (429, Failure.RATE_LIMITED),
    ],
)
def test_what_cannot_be_closed_has_a_class(status: int, failure: Failure) -> None:
    with vendor(verify) as server:
        server.reply = Reply(status)
        assert made(base=server.url).confirm(ID, Code("481516")) is failure
        assert made(base=server.url).cancel(ID) is failure


def callback(
    body: object, *, secret: str = SIGNATURE_SECRET, at: datetime = NOW, **claims: Any
) -> Webhook:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    usual = {
        "iat": int(at.timestamp()),
        "jti": "c5ba8f24",
        "iss": "Vonage",
        "payload_hash": sha256(raw).hexdigest(),
        "api_key": KEY,
    }
    said = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return Webhook(
        method="POST",
        url="https://acme.example/otpguard/receipts/vonage/",
        headers={"authorization": f"Bearer {hs256(said, secret)}"},
        body=raw,
    )


def summary(status: str, step: str = "unused") -> dict[str, Any]:
    return {
        "type": "summary",
        "request_id": ID,
        "submitted_at": "2023-08-30T15:19:15Z",
        "status": status,
        "channel_timeout": 300,
        "workflow": [{"channel": "sms", "initiated_at": "2023-08-30T15:19:15Z", "status": step}],
        "price": "0.10000000",
        "finalized_at": "2023-08-30T15:20:15Z",
    }


def event(status: str) -> dict[str, Any]:
    return {
        "type": "event",
        "request_id": ID,
        "triggered_at": "2023-08-30T15:20:15Z",
        "channel": "sms",
        "status": status,
    }


AT = datetime(2023, 8, 30, 15, 20, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "state", "failure"),
    [
        (summary("completed", "completed"), ReceiptState.DELIVERED, None),
        (event("completed"), ReceiptState.DELIVERED, None),
        (summary("failed", "failed"), ReceiptState.FAILED, Failure.LANDLINE_OR_UNREACHABLE),
        (summary("failed", "user_rejected"), ReceiptState.FAILED, Failure.OPTED_OUT),
        (summary("blocked"), ReceiptState.FAILED, Failure.FRAUD_BLOCKED),
        (summary("failed", "blocked"), ReceiptState.FAILED, Failure.FRAUD_BLOCKED),
        (summary("blocked", "failed"), ReceiptState.FAILED, Failure.FRAUD_BLOCKED),
        (event("failed"), ReceiptState.FAILED, Failure.LANDLINE_OR_UNREACHABLE),
        (event("rejected"), ReceiptState.FAILED, Failure.OPTED_OUT),
        (event("user_rejected"), ReceiptState.FAILED, Failure.OPTED_OUT),
    ],
)
def test_a_callback_says_what_became_of_it(
    body: object, state: ReceiptState, failure: Failure | None
) -> None:
    received = callback(body)
    assert made().is_authentic(received, now=NOW)
    fact = ReceiptFact(reference=ID, state=state, failure=failure, at=AT)
    assert made().parse_receipt(received) == (fact,)


@pytest.mark.parametrize(
    "body",
    [
        summary("expired", "expired"),
        event("expired"),
        event("action_pending"),
        {},
        b"",
        b"\xff[",
        [],
    ],
)
def test_a_callback_that_tells_nothing_is_passed_over(body: object) -> None:
    assert made().parse_receipt(callback(body)) == ()


def test_it_promises_no_receipts_because_arrival_is_never_told() -> None:
    assert not made().capabilities.receipts


@pytest.mark.parametrize("late", [FRESH, -FRESH])
def test_a_callback_counts_for_five_minutes(late: timedelta) -> None:
    received = callback(event("failed"))
    assert made().is_authentic(received, now=NOW + late)
    assert not made().is_authentic(received, now=NOW + late * 1.01)


def test_a_token_of_long_ago_is_well_signed_and_yet_too_old() -> None:
    old = Webhook(
        method="POST", url="https://a.example/", headers={"Authorization": f"Bearer {SIGNED_TOKEN}"}
    )
    provider = made(signature_secret=SIGNATURE_SECRET)
    assert provider.is_authentic(old, now=datetime.fromtimestamp(1697634680, tz=UTC))
    assert not provider.is_authentic(old, now=NOW)


@pytest.mark.parametrize(
    "forged",
    [
        callback(event("completed"), secret="another"),
        replace(callback(event("completed")), body=b"{}"),
        replace(callback(event("completed")), headers={}),
        replace(callback(event("completed")), headers={"Authorization": basic(KEY, SECRET)}),
        callback(event("completed"), api_key="somebody"),
        callback(event("completed"), payload_hash=""),
        callback(event("completed"), iat=None),
        callback(event("completed"), iat="now"),
        callback(event("completed"), iat=True),
        callback(event("completed"), iat=10**400),
        callback(event("completed"), exp=int(NOW.timestamp())),
        callback(event("completed"), exp="never"),
    ],
)
def test_what_is_not_signed_by_the_account_is_not_believed(forged: Webhook) -> None:
    assert not made().is_authentic(forged, now=NOW)


def test_a_token_without_a_digest_of_the_body_counts_as_vonage_leaves_it_out_at_times() -> None:
    assert made().is_authentic(callback(event("failed"), payload_hash=None), now=NOW)


def test_without_a_secret_nothing_is_believed() -> None:
    received = callback(event("failed"), secret="")
    assert not made(signature_secret="").is_authentic(received, now=NOW)
