"""VerifyNow, against its documentation."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from otpguard.channels.base import Submission
from otpguard.channels.http_provider import NotAuthorizedError
from otpguard.channels.option_rules import WrongOptionsError
from otpguard.channels.providers.message_central import MessageCentral, _Token
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable
from otpguard.testing.remote_provider_contract import RemoteProviderContract, remote_message
from otpguard.testing.vendor_server import Received, Reply, Vendor, vendor
from otpguard.transport.exchange import Request, Response
from tests.vendors.message_central import (
    CUSTOMER,
    KEY,
    PASSWORD,
    TOKEN,
    answer,
    is_for_token,
    token,
    verify_now,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ASKED = Submission(reference="20", channel=Channel.SMS, to="+12015550123", code="481516")


def made(**options: Any) -> MessageCentral:
    return MessageCentral(**{"customer_id": CUSTOMER, "password": PASSWORD, **options})


class TestContract(RemoteProviderContract):
    rule = staticmethod(verify_now)

    def made(self, base: str, *, connect: float, read: float) -> MessageCentral:
        provider = made(base=base, connect=connect, read=read, channels=["sms", "whatsapp"])
        provider._token = _Token(TOKEN, datetime(2100, 1, 1, tzinfo=UTC))
        return provider

    def secrets(self) -> tuple[str, ...]:
        return (PASSWORD, KEY, TOKEN)

    def calls(self, server: Vendor) -> list[Received]:
        return [received for received in server.received if not is_for_token(received)]


def test_country_and_national_number_are_sent_apart() -> None:
    request = made(languages={"de": "german"}).build_request(remote_message(Channel.SMS))
    assert (request.method, request.body) == ("POST", b"")
    assert urlsplit(request.url).path == "/verification/v3/send"
    assert parse_qs(urlsplit(request.url).query) == {
        "countryCode": ["1"],
        "flowType": ["SMS"],
        "mobileNumber": ["2015550123"],
        "otpLength": ["6"],
    }


def sent(code: int, status: int = 200, /, **data: object) -> Outcome:
    body = json.dumps(answer(code, **data)).encode()
    return made().parse_response(Response(status=status, body=body))


@pytest.mark.parametrize("reference", ["20", 20])
def test_the_verification_id_is_a_text_or_a_number(reference: object) -> None:
    assert sent(200, verificationId=reference) == Accepted(reference="20", route="verify")


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (400, Failure.CHANNEL_UNAVAILABLE),
        (409, Failure.CONFLICT_OPEN),
        (500, Failure.TRANSIENT),
        (501, Failure.AUTH_CONFIG),
        (505, Failure.EXPIRED_OR_GONE),
        (506, Failure.CONFLICT_OPEN),
        (508, Failure.BALANCE),
        (805, Failure.BALANCE),
        (511, Failure.INVALID_NUMBER),
        (800, Failure.RATE_LIMITED),
        (999, Failure.UNKNOWN_OUTCOME),
    ],
)
def test_a_response_code_says_what_to_do(code: int, failure: Failure) -> None:
    outcome = sent(code)
    assert isinstance(outcome, Refused | Unavailable)
    assert outcome.failure is failure


def test_a_code_that_stands_inside_alone_counts_as_well() -> None:
    body = json.dumps({"data": {"responseCode": "511"}}).encode()
    outcome = made().parse_response(Response(status=400, body=body))
    assert isinstance(outcome, Refused)
    assert outcome.failure is Failure.INVALID_NUMBER


def test_what_is_open_already_says_when_to_come_back() -> None:
    for data, wait in (({"timeout": "90"}, 90), ({}, 60)):
        outcome = sent(506, **data)
        assert isinstance(outcome, Refused)
        assert outcome.retry_after == wait
    limited = sent(800)
    assert isinstance(limited, Refused), "the limit of one number is no fault of the route"
    assert limited.retry_after == 24 * 3600


def checked(code: int, status: int = 200, **data: object) -> CheckedCode:
    body = json.dumps(answer(code, **data)).encode()
    return made().parse_check(Response(status=status, body=body), ASKED)


COMPLETED = {"verificationStatus": "VERIFICATION_COMPLETED"}


@pytest.mark.parametrize(
    ("code", "data", "expected"),
    [
        (200, COMPLETED, Right()),
        (200, {**COMPLETED, "verificationId": 20}, Right()),
        (200, {**COMPLETED, "verificationId": "21"}, Wrong()),
        (200, {"verificationStatus": "VERIFICATION_PENDING"}, Wrong()),
        (200, {}, Wrong()),
        (700, COMPLETED, Wrong()),
        (702, COMPLETED, Wrong()),
        (703, COMPLETED, Gone()),
        (705, {}, Gone()),
        (505, {}, Gone()),
        (800, COMPLETED, Wrong(exhausted=True)),
        (511, {}, Wrong()),
    ],
)
def test_only_a_completed_verification_is_right(
    code: int, data: dict[str, object], expected: CheckedCode
) -> None:
    """703 says that an earlier answer was right: a replayed id proves nothing."""
    assert checked(code, **data) == expected


@pytest.mark.parametrize("code", [500, 501, 508, 999])
def test_a_fault_of_the_route_leaves_it_open(code: int) -> None:
    assert isinstance(checked(code), Unavailable)


def test_a_success_in_a_failing_answer_is_none() -> None:
    assert not isinstance(checked(200, status=500, **COMPLETED), Right)


def test_a_token_is_fetched_once_and_again_before_it_ends() -> None:
    with vendor(verify_now) as server:
        provider = made(base=server.url)
        request = Request(method="GET", url=f"{server.url}/x")
        for _ in range(3):
            assert provider.authorize(request, now=NOW).headers["authToken"] == TOKEN
        assert len(server.received) == 1
        server.reply = Reply(200, {"token": token(int(NOW.timestamp()) + 600)})
        provider._token = None
        provider.authorize(request, now=NOW)
        provider.authorize(request, now=NOW + timedelta(minutes=4))
        assert len(server.received) == 2
        provider.authorize(request, now=NOW + timedelta(minutes=6))
        assert len(server.received) == 3


@pytest.mark.parametrize(
    "body", [{"status": 400, "error": "customerId is invalid"}, {"token": None}, [], b"<html>"]
)
def test_without_a_token_nothing_is_sent(body: object) -> None:
    with vendor(verify_now) as server:
        server.reply = Reply(200, body)
        provider = made(base=server.url)
        outcome = provider.send(remote_message(Channel.SMS))
        assert isinstance(outcome, Unavailable)
        assert outcome.failure is Failure.AUTH_CONFIG
        assert all(is_for_token(received) for received in server.received)
        with pytest.raises(NotAuthorizedError):
            provider.authorize(Request(method="GET", url=server.url), now=NOW)


@pytest.mark.parametrize("odd", ["opaque", "a.!!!.c", "a.W10.c", "a.eyJleHAiOiJ4In0.c"])
def test_a_token_that_does_not_say_when_it_ends_is_kept_for_minutes(odd: str) -> None:
    with vendor(verify_now) as server:
        server.reply = Reply(200, {"token": odd})
        provider = made(base=server.url)
        provider.authorize(Request(method="GET", url=server.url), now=NOW)
        assert provider._token is not None
        assert provider._token.until == NOW + timedelta(minutes=10)
        assert odd not in repr(provider._token)


def test_a_refused_token_is_replaced_once() -> None:
    with vendor(verify_now) as server:
        provider = made(base=server.url)
        provider._token = _Token("stale", datetime(2100, 1, 1, tzinfo=UTC))
        assert isinstance(provider.send(remote_message(Channel.SMS)), Accepted)
        assert [is_for_token(each) for each in server.received] == [False, True, False]


def test_a_check_that_must_not_be_a_get_is_posted() -> None:
    def post_only(received: Received) -> Reply:
        if is_for_token(received):
            return verify_now(received)
        return Reply(200, answer(200, **COMPLETED)) if received.method == "POST" else Reply(405)

    with vendor(post_only) as server:
        assert made(base=server.url).check(ASKED) == Right()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("channels", ["voice"]),
        ("digits", 3),
        ("digits", 9),
        ("digits", "6"),
        ("customer_id", ""),
        ("password", ""),
        ("languages", {"de": ""}),
        ("base", "http://cpaas.example"),
    ],
)
def test_an_option_keeps_to_the_rule_of_verify_now(option: str, value: object) -> None:
    with pytest.raises(WrongOptionsError, match=option) as found:
        made(**{option: value})
    assert len(found.value.faults) == 1
