"""Twilio Programmable Messaging, against its documentation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from otpguard.channels.base import ReceiptFact, ReceiptState, Webhook
from otpguard.channels.option_rules import WrongOptionsError
from otpguard.channels.providers.twilio_messaging import FORM, TwilioMessaging, signature_of
from otpguard.channels.signatures import basic
from otpguard.channels.vendor_answers.answer import Moment
from otpguard.channels.vendor_answers.twilio_messaging import ANSWERS
from otpguard.core.codes import Code
from otpguard.core.keywords import Keyword
from otpguard.core.outcome import Accepted, Failure
from otpguard.testing.http_provider_contract import HttpProviderContract
from otpguard.testing.provider_contract import message
from otpguard.testing.vendor_server import Reply, vendor
from otpguard.transport.exchange import Response
from tests.vendors.twilio import ACCOUNT, AUTH_TOKEN, CALLBACK, SERVICE, fetched, messaging

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SID = "SM" + "a" * 32


API_KEY = "SK" + "3" * 32


def made(**options: Any) -> TwilioMessaging:
    usual = {"account_sid": ACCOUNT, "auth_token": AUTH_TOKEN, "status_callback": CALLBACK}
    sender = {} if "sender" in options else {"messaging_service_sid": SERVICE}
    return TwilioMessaging(**{**usual, **sender, **options})


class TestContract(HttpProviderContract):
    rule = staticmethod(messaging)

    def made(self, base: str, *, connect: float, read: float) -> TwilioMessaging:
        return made(base=base, connect=connect, read=read)

    def secrets(self) -> tuple[str, ...]:
        return (basic(ACCOUNT, AUTH_TOKEN), AUTH_TOKEN)

    def signed_webhook(self) -> tuple[Webhook, datetime]:
        return callback("delivered"), NOW


def test_the_message_goes_through_the_messaging_service_and_lapses_with_the_code() -> None:
    request = made(risk_check="enable").build_request(replace(message(), lifetime=600))
    assert request.method == "POST"
    assert request.url == f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert parse_qs(request.body.decode()) == {
        "To": ["+12015550123"],
        "Body": ["481516 is your code"],
        "MessagingServiceSid": [SERVICE],
        "StatusCallback": [f"{CALLBACK}?delivery=delivery-1"],
        "ValidityPeriod": ["600"],
        "RiskCheck": ["enable"],
    }


def test_it_goes_from_a_number_where_there_is_no_service() -> None:
    fields = parse_qs(made(sender="+12015550100").build_request(message()).body.decode())
    assert fields["From"] == ["+12015550100"]
    assert "MessagingServiceSid" not in fields
    assert "ValidityPeriod" not in fields


@pytest.mark.parametrize(("lifetime", "asked"), [(1, "6"), (600, "600"), (99_999, "36000")])
def test_the_validity_is_one_that_twilio_takes(lifetime: int, asked: str) -> None:
    request = made().build_request(replace(message(), lifetime=lifetime))
    assert parse_qs(request.body.decode())["ValidityPeriod"] == [asked]


def test_an_api_key_makes_the_calls_and_the_auth_token_signs() -> None:
    provider = made(api_key=API_KEY, api_secret="hush")
    assert provider.build_request(message()).headers["Authorization"] == basic(API_KEY, "hush")
    assert provider.is_authentic(callback("sent"), now=NOW)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("account_sid", "AC1"),
        ("auth_token", ""),
        ("messaging_service_sid", ""),
        ("messaging_service_sid", "MG1"),
        ("api_key", API_KEY),
        ("api_secret", "hush"),
        ("status_callback", "/receipts/"),
        ("status_callback", CALLBACK + "?a=1"),
        ("status_callback", CALLBACK + "#a"),
        ("feedback", 1),
        ("risk_check", "on"),
        ("base", "https://user:hush@api.twilio.com"),
        ("read", 0),
    ],
)
def test_an_option_keeps_to_the_rule_of_twilio(option: str, value: object) -> None:
    with pytest.raises(WrongOptionsError, match=option) as found:
        made(**{option: value})
    assert len(found.value.faults) == 1
    assert "hush" not in str(found.value)


def test_a_service_and_a_number_of_ours_exclude_each_other() -> None:
    with pytest.raises(WrongOptionsError, match="messaging_service_sid and sender"):
        made(sender="+12015550100", messaging_service_sid=SERVICE)


@pytest.mark.parametrize("sender", ["2015550100", "+0", "Acme Security Ltd", "123456789", "+"])
def test_a_sender_is_a_number_a_short_code_or_a_short_name(sender: str) -> None:
    for good in ("+12015550100", "55512", "Acme Corp"):
        made(messaging_service_sid="", sender=good)
    with pytest.raises(WrongOptionsError, match="sender"):
        made(messaging_service_sid="", sender=sender)


def answered(status: int, body: object) -> Any:
    return made().parse_response(Response(status=status, body=json.dumps(body).encode()))


def test_an_acceptance_has_sid_route_and_price_when_told() -> None:
    body = {"sid": SID, "status": "queued", "price": None, "price_unit": "USD"}
    assert answered(201, body) == Accepted(reference=SID, route=SERVICE)
    priced = answered(201, {**body, "price": "-0.00750"})
    assert priced.cost_micros == 7500
    assert answered(201, {**body, "price": "-0.00750", "price_unit": "EUR"}).cost_micros is None


def test_a_message_that_failed_at_once_is_no_acceptance() -> None:
    failed = {"sid": SID, "status": "failed", "error_code": 30034}
    assert answered(201, failed).failure is Failure.NOT_REGISTERED
    assert answered(201, {"sid": SID, "status": "failed"}).failure is Failure.CHANNEL_UNAVAILABLE


def test_a_code_as_text_is_the_same() -> None:
    assert answered(400, {"code": "21211"}).failure is Failure.INVALID_NUMBER


def callback(status: str, *, token: str = AUTH_TOKEN, **more: str) -> Webhook:
    fields = {"MessageSid": SID, "MessageStatus": status, "AccountSid": ACCOUNT, **more}
    return Webhook(
        method="POST",
        url=CALLBACK,
        headers={
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "x-twilio-signature": signature_of(token, CALLBACK, fields.items()),
        },
        body=urlencode(fields).encode(),
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("sent", ReceiptState.SENT),
        ("delivered", ReceiptState.DELIVERED),
        ("read", ReceiptState.DELIVERED),
    ],
)
def test_a_receipt_says_how_far_it_came(status: str, state: ReceiptState) -> None:
    received = callback(status, To="+12015550123", Extra="")
    assert made().is_authentic(received, now=NOW)
    assert made().parse_receipt(received) == (ReceiptFact(reference=SID, state=state),)
    assert made().parse_receipt(received) == made().parse_receipt(received)


@pytest.mark.parametrize("status", ["failed", "undelivered", "canceled"])
def test_a_failed_receipt_has_a_class(status: str) -> None:
    for answer in ANSWERS:
        if Moment.RECEIPT in answer.at:
            [fact] = made().parse_receipt(callback(status, ErrorCode=answer.said))
            assert (fact.state, fact.failure) == (ReceiptState.FAILED, answer.failure)


def test_a_failed_receipt_without_a_known_code_is_a_failure_of_the_channel() -> None:
    for more in ({}, {"ErrorCode": "99999"}, {"ErrorCode": "x"}):
        [fact] = made().parse_receipt(callback("failed", **more))
        assert fact.failure is Failure.CHANNEL_UNAVAILABLE


@pytest.mark.parametrize("status", ["queued", "sending", "accepted", "scheduled", "new", ""])
def test_a_receipt_that_tells_nothing_is_passed_over(status: str) -> None:
    assert made().parse_receipt(callback(status)) == ()


@pytest.mark.parametrize("body", [b"", b"\xff", b"{}", b"MessageStatus=sent", b"a=1&" * 500])
def test_a_body_may_be_anything(body: bytes) -> None:
    received = replace(callback("sent"), body=body)
    assert made().parse_receipt(received) == ()
    assert not made().is_authentic(received, now=NOW)


@pytest.mark.parametrize(
    "forged",
    [
        callback("delivered", token="54321"),
        replace(callback("failed"), headers=callback("delivered").headers),
        replace(callback("delivered"), url=CALLBACK + "?a=1"),
        replace(callback("delivered"), headers={}),
        replace(
            callback("delivered"),
            headers={**callback("delivered").headers, "content-type": "application/json"},
        ),
    ],
)
def test_what_is_not_signed_by_the_account_is_not_believed(forged: Webhook) -> None:
    assert not made().is_authentic(forged, now=NOW)


def test_a_proven_code_is_reported_where_feedback_is_on() -> None:
    assert made().confirm_request(SID, Code("481516")) is None
    with vendor(messaging) as server:
        provider = made(base=server.url, feedback=True)
        assert provider.confirm(SID, Code("481516")) is None
        assert provider.cancel(SID) is None
        assert len(server.received) == 1
        server.reply = Reply(404, {"code": 20404})
        assert provider.confirm(SID, Code("481516")) is Failure.AUTH_CONFIG


def fetched_as(status: str, code: int | None = None) -> ReceiptFact | None:
    body = json.dumps(fetched(SID, status, code)).encode()
    return made().parse_status(Response(status=200, body=body))


def test_the_message_itself_can_be_asked() -> None:
    request = made().build_status("SM/1")
    assert (request.method, request.body) == ("GET", b"")
    assert request.url.endswith(f"/Accounts/{ACCOUNT}/Messages/SM%2F1.json")
    delivered = fetched_as("delivered")
    assert delivered == ReceiptFact(reference=SID, state=ReceiptState.DELIVERED, cost_micros=8300)
    lost = fetched_as("undelivered", 30003)
    assert lost is not None
    assert (lost.state, lost.failure) == (ReceiptState.FAILED, Failure.LANDLINE_OR_UNREACHABLE)
    for early in ("queued", "sending", "accepted", "?"):
        assert fetched_as(early) is None
    assert made().parse_status(Response(status=200, body=b"[")) is None
    with vendor(messaging) as server:
        said = made(base=server.url).status(SID)
        assert isinstance(said, ReceiptFact)
        assert said.state is ReceiptState.SENT


def test_a_receipt_tells_our_key_from_the_url_that_was_signed_with_it() -> None:
    plain = callback("delivered")
    assert [fact.key for fact in made().parse_receipt(plain)] == [""]
    with_key = replace(plain, url=f"{CALLBACK}?delivery=delivery-1")
    assert [fact.key for fact in made().parse_receipt(with_key)] == ["delivery-1"]
    assert not made().is_authentic(with_key, now=NOW)


def test_without_a_callback_url_there_is_none_for_a_message() -> None:
    request = made(status_callback="").build_request(message())
    assert "StatusCallback" not in parse_qs(request.body.decode())


def written(**changed: str) -> Webhook:
    """What Twilio sends when somebody writes to our number."""
    fields = {"MessageSid": SID, "From": "+12015550123", "To": "+12015550100", "Body": "Stop"}
    body = urlencode({**fields, **changed}).encode()
    return Webhook(method="POST", url=CALLBACK, headers={"Content-Type": FORM}, body=body)


def test_a_keyword_that_somebody_wrote_is_heard() -> None:
    [fact] = made().parse_keywords(written())
    assert (fact.keyword, fact.number, fact.reference) == (Keyword.STOP, "+12015550123", SID)
    assert (fact.sender, fact.answered) == ("+12015550100", False)
    assert made().parse_receipt(written()) == ()


def test_where_twilio_reads_the_word_itself_it_has_answered_too() -> None:
    [fact] = made().parse_keywords(written(Body="Basta", OptOutType="STOP"))
    assert (fact.keyword, fact.answered) == (Keyword.STOP, True)


@pytest.mark.parametrize(
    "changed",
    [
        {"Body": "hello"},
        {"MessageSid": ""},
        {"From": "whatsapp:+12015550123"},
        {"From": "12345"},
        {"MessageStatus": "delivered"},
        {"Body": "hello", "OptOutType": "WHATEVER"},
    ],
)
def test_what_is_no_keyword_of_a_person_is_passed_over(changed: dict[str, str]) -> None:
    assert made().parse_keywords(written(**changed)) == ()


def test_a_reply_is_markup_of_twilio_whatever_its_text() -> None:
    assert made().keyword_reply("a <b> & c") == (
        "<Response><Message>a &lt;b&gt; &amp; c</Message></Response>"
    )
