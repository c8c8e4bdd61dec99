"""MessageBird's legacy Verify, against its documentation and the vectors of its library."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from otpguard.channels.base import ReceiptFact, ReceiptState, Submission, Webhook
from otpguard.channels.option_rules import WrongOptionsError
from otpguard.channels.providers.messagebird import MessageBird
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Refused, Unavailable
from otpguard.testing.remote_provider_contract import RemoteProviderContract, remote_message
from otpguard.testing.vendor_server import Reply, vendor
from otpguard.transport.exchange import Response
from tests.vendors.messagebird import ACCESS_KEY, SIGNING_KEY, verification, verify
from tests.vendors.tokens import hs256

NOW = datetime(2021, 7, 5, 10, tzinfo=UTC)
ASKED = Submission(reference="verify-1", channel=Channel.SMS, to="+12015550123", code="481516")

HEAD = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
TIMES = "eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOi"
ROOT = (
    f"{TIMES}I1OWEyNDRkYy1lOWFkLTRlMjMtOTc3OC0zNzFmYWEyMzhmNzIiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJi"
    "N2MwZGQwMzBiMTY4NzhjOTlkZWE1YzM1NGI0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDcifQ"
)
PLAIN = f"{HEAD}.{ROOT}.6Fp0rVOsRr1fj9S2GidXAfkmPVofKr8_RTffC6G6r2E"
QUERY = (
    f"{HEAD}.{TIMES}JjOTQ2YWY3Ny1lMTgyLTRlYWEtYjJmZi0xYTU0NWI1ZTk5MWEiLCJ1cmxfaGFzaCI6IjQxZjA1"
    "ZjBkZGQwYTIyYWIyMDlhYzQ2ZjQ3YzQ1NzJkOWNlZmEyNTdlZDc0YjI0MDA0YmFlNzUzZWNlNmMyNjAifQ"
    ".huo2ou6JDoDc7sV25d75UMWeYhBeavQlLsqIibSZuac"
)
BODY = (
    f"{HEAD}.{TIMES}I5M2U1NTAwNi1hMGU4LTQ1MjYtYTE5MC1mYTVmZjAwZWExMTYiLCJ1cmxfaGFzaCI6IjQxZjA1"
    "ZjBkZGQwYTIyYWIyMDlhYzQ2ZjQ3YzQ1NzJkOWNlZmEyNTdlZDc0YjI0MDA0YmFlNzUzZWNlNmMyNjAiLCJwYXlsb2"
    "FkX2hhc2giOiJkZmZkNjAyMWJiMmJkNWIwYWY2NzYyOTA4MDllYzNhNTMxOTFkZDgxYzdmNzBhNGIyODY4OGEzNjIx"
    "ODI5ODZmIn0._H--TOuYFLpeEH39-rg5E3IHVkjHozBcaKVWPRC5m9I"
)
FUTURE = (
    f"{HEAD}.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ4MjgwMCwiZXhwIjoxNjI1NDgyODYwLCJqdGki"
    "OiJmOWY4YzM4Mi0yNDQ5LTQzMTEtYjcyYi0xZGY3MTY4NzkzMWUiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJiN2MwZGQw"
    "MzBiMTY4NzhjOTlkZWE1YzM1NGI0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDcifQ"
    ".ZELgDFNGhjZH9CffQKcq3sytBe2I0KciLxpBhcfstHQ"
)
PAST = (
    f"{HEAD}.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3NTYwMCwiZXhwIjoxNjI1NDc1NjYwLCJqdGki"
    "OiI1ZjAyZjUyMi02MDMwLTQ2YzgtYjVhMy0wMTI0NjQ3OGQ4YmMiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJiN2MwZGQw"
    "MzBiMTY4NzhjOTlkZWE1YzM1NGI0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDcifQ"
    ".45MSST3B_2PsjNUeiuW54_vUQgVw4rBXrdWrOUEz3lM"
)
HS384 = (
    f"eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.{ROOT}"
    ".KNMW-29X77lZeuPmThmHWc_RUAvTkaDkpxIZK6mqE08v8mWKiU9Edh4QXwAJO2nv"
)
HS512 = (
    f"eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.{ROOT}"
    ".rd6r0iMyNGnVPCwurETphE3Y8rpAyvvnUK0S8WvGUkt2E1QSRAZ7NZJZBHw1Y_Wb5W-sK9HJr_PRL2vz4jRT3Q"
)
AT_ROOT = "https://example.com/"
AT_PATH = "https://example.com/path?bar=1&foo=2"
OTHER_SECRET = PLAIN[:-43] + "JgSeYyOtlEKAXk8bz30iJI4tXgf4lxknoiezawuVhb4"


def made(**options: Any) -> MessageBird:
    return MessageBird(**{"access_key": ACCESS_KEY, "signing_key": SIGNING_KEY, **options})


class TestContract(RemoteProviderContract):
    rule = staticmethod(verify)

    def made(self, base: str, *, connect: float, read: float) -> MessageBird:
        return made(
            base=base,
            connect=connect,
            read=read,
            channels=["sms", "email"],
            originator="acme@example.com",
        )

    def secrets(self) -> tuple[str, ...]:
        return (ACCESS_KEY, SIGNING_KEY)

    def signed_webhook(self) -> tuple[Webhook, datetime]:
        headers = {"messagebird-signature-jwt": BODY}
        return Webhook(method="POST", url=AT_PATH, headers=headers, body=b"Hello, World!"), NOW


def test_a_number_is_written_without_plus_and_email_says_so() -> None:
    request = made(originator="Acme").build_request(remote_message(Channel.SMS))
    assert request.url == "https://rest.messagebird.com/verify"
    assert json.loads(request.body) == {"recipient": "12015550123", "originator": "Acme"}
    provider = made(channels=["email"], originator="acme@example.com")
    email = json.loads(provider.build_request(remote_message(Channel.EMAIL)).body)
    assert (email["recipient"], email["type"]) == ("kim@example.com", "email")


def said(status: int, body: object) -> Response:
    return Response(status=status, body=json.dumps(body).encode())


def errors(code: int, parameter: str | None = None) -> dict[str, object]:
    return {"errors": [{"code": code, "description": "x", "parameter": parameter}]}


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (404, errors(20), Failure.EXPIRED_OR_GONE),
        (200, errors(20), Failure.EXPIRED_OR_GONE),
        (422, errors(9, "recipient"), Failure.INVALID_NUMBER),
        (401, errors(2), Failure.AUTH_CONFIG),
        (402, errors(25), Failure.BALANCE),
        (200, errors(1), Failure.UNKNOWN_OUTCOME),
    ],
)
def test_an_error_says_what_to_do(status: int, body: object, failure: Failure) -> None:
    outcome = made().parse_response(said(status, body))
    assert isinstance(outcome, Refused | Unavailable)
    assert outcome.failure is failure


def test_a_start_is_known_by_its_id() -> None:
    outcome = made().parse_response(said(201, verification("verify-1", "sent")))
    assert outcome == Accepted(reference="verify-1", route="verify")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, verification("verify-1", "verified"), Right()),
        (200, verification("verify-2", "verified"), Gone()),
        (200, {**verification("verify-1", "verified"), **errors(10)}, Wrong()),
        (200, verification("verify-1", "sent"), Wrong()),
        (422, errors(10, "token"), Wrong()),
        (404, errors(20), Gone()),
        (422, verification("verify-1", "verified"), Wrong()),
    ],
)
def test_only_verified_is_right(status: int, body: object, expected: CheckedCode) -> None:
    assert made().parse_check(said(status, body), ASKED) == expected


def test_what_is_given_up_is_deleted() -> None:
    with vendor(verify) as server:
        assert made(base=server.url).capabilities.closes
        assert made(base=server.url).cancel("verify-1") is None
        assert [each.method for each in server.received] == ["DELETE"]
    assert made().cancel_request("../x").url.endswith("/verify/..%2Fx")


def came(token: str, url: str = AT_ROOT, body: bytes = b"") -> bool:
    headers = {"messagebird-signature-jwt": token}
    received = Webhook(method="POST", url=url, headers=headers, body=body)
    return made().is_authentic(received, now=NOW)


@pytest.mark.parametrize(
    ("token", "url", "body", "valid"),
    [
        (PLAIN, AT_ROOT, b"", True),
        (QUERY, AT_PATH, b"", True),
        (BODY, AT_PATH, b"Hello, World!", True),
        (HS384, AT_ROOT, b"", True),
        (HS512, AT_ROOT, b"", True),
        (FUTURE, AT_ROOT, b"", False),
        (PAST, AT_ROOT, b"", False),
        (QUERY, "https://example.com/path?foo=1&bar=2", b"", False),
        (PLAIN, "https://example.com:8080/", b"", False),
        (BODY, AT_PATH, b"Hello, World?", False),
        (BODY, AT_PATH, b"", False),
        (PLAIN, AT_ROOT, b"Hello, World!", False),
        (OTHER_SECRET, AT_ROOT, b"", False),
        (f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{ROOT}.", AT_ROOT, b"", False),
        ("", AT_ROOT, b"", False),
    ],
)
def test_the_vectors_of_the_vendors_library_hold(
    token: str, url: str, body: bytes, valid: bool
) -> None:
    assert came(token, url, body) is valid


def claims(**changed: Any) -> str:
    at = int(NOW.timestamp())
    usual = {
        "iss": "MessageBird",
        "nbf": at,
        "exp": at + 60,
        "url_hash": sha256(AT_ROOT.encode()).hexdigest(),
    }
    found = {**usual, **changed}
    return hs256({name: value for name, value in found.items() if value is not None}, SIGNING_KEY)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "Other"},
        {"iss": None},
        {"nbf": None},
        {"exp": None},
        {"url_hash": None},
        {"nbf": True},
        {"exp": "9999999999"},
        {"payload_hash": 5},
    ],
)
def test_every_claim_must_be_there(changed: dict[str, Any]) -> None:
    assert came(claims())
    assert not came(claims(**changed))


def test_times_may_be_off_by_a_second_and_no_more() -> None:
    at = int(NOW.timestamp())
    assert came(claims(nbf=at + 1))
    assert came(claims(exp=at))
    assert not came(claims(nbf=at + 2))
    assert not came(claims(exp=at - 1))
    assert not came(claims(nbf=10**400, exp=10**400))


def test_without_a_key_nothing_is_believed() -> None:
    received = Webhook(
        method="POST", url=AT_ROOT, headers={"MessageBird-Signature-JWT": PLAIN}, body=b""
    )
    assert not made(signing_key="").is_authentic(received, now=NOW)
    assert not made().is_authentic(replace(received, headers={}), now=NOW)
    assert not made().is_authentic(received, now=NOW + timedelta(days=1))
    assert made().parse_receipt(received) == ()
    assert not made().capabilities.receipts


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("channels", ["voice"]),
        ("access_key", ""),
        ("originator", "Acme Security Ltd"),
        ("signing_key", "two words"),
        ("base", "rest.messagebird.com"),
    ],
)
def test_an_option_keeps_to_the_rule_of_messagebird(option: str, value: object) -> None:
    with pytest.raises(WrongOptionsError, match=option) as found:
        made(**{option: value})
    assert len(found.value.faults) == 1


def test_email_comes_from_an_address() -> None:
    for originator in ("", "Acme"):
        with pytest.raises(WrongOptionsError, match="originator"):
            made(channels=["email"], originator=originator)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("sent", ReceiptState.SENT),
        ("verified", ReceiptState.DELIVERED),
        ("failed", ReceiptState.FAILED),
        ("expired", None),
        ("deleted", None),
        ("", None),
    ],
)
def test_how_far_a_verification_has_come_can_be_asked(
    status: str, state: ReceiptState | None
) -> None:
    body = json.dumps(verification("verify-1", status)).encode()
    fact = made().parse_status(Response(status=200, body=body))
    assert (fact.state if fact else None) is state
    if fact is not None:
        assert fact.reference == "verify-1"
        assert (fact.failure is None) == (state is not ReceiptState.FAILED)


def test_the_vendor_is_asked_without_a_code() -> None:
    with vendor(verify) as server:
        said = made(base=server.url).status("verify-1")
        assert isinstance(said, ReceiptFact)
        assert said.state is ReceiptState.SENT
        assert [received.target for received in server.received] == ["/verify/verify-1"]
        server.reply = Reply(404, {"errors": [{"code": 20}]})
        assert made(base=server.url).status("verify-1") is None
