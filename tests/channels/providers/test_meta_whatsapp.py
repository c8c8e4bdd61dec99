"""WhatsApp by Meta's Cloud API, against its documentation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from otpguard.channels.base import ReceiptFact, ReceiptState, Webhook
from otpguard.channels.providers.meta_whatsapp import CODES, MetaWhatsApp
from otpguard.channels.signatures import hub
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Refused, Unavailable
from otpguard.transport.exchange import Response
from tests.channels.contract import HttpProviderContract, message
from tests.vendors.meta import (
    ACCOUNT,
    APP_SECRET,
    NUMBER,
    TEMPLATE,
    TOKEN,
    VERIFY_TOKEN,
    cloud,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CALLBACK = "https://acme.example/otpguard/receipts/meta/"


def made(**options: Any) -> MetaWhatsApp:
    usual = {
        "phone_number_id": NUMBER,
        "token": TOKEN,
        "whatsapp_business_account": ACCOUNT,
        "whatsapp_template_name": TEMPLATE,
        "app_secret": APP_SECRET,
        "verify_token": VERIFY_TOKEN,
    }
    return MetaWhatsApp(**{**usual, **options})


class TestContract(HttpProviderContract):
    rule = staticmethod(cloud)

    def made(self, base: str) -> MetaWhatsApp:
        return made(base=base, read=0.5)

    def secrets(self) -> tuple[str, ...]:
        return (TOKEN, VERIFY_TOKEN)


def test_the_template_carries_the_code_twice() -> None:
    request = made().build_request(message(Channel.WHATSAPP, to="+12015553931"))
    assert request.url == f"https://graph.facebook.com/v23.0/{NUMBER}/messages"
    code = {"type": "text", "text": "481516"}
    assert json.loads(request.body) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "12015553931",
        "type": "template",
        "template": {
            "name": "verification_code",
            "language": {"code": "en_US"},
            "components": [
                {"type": "body", "parameters": [code]},
                {"type": "button", "sub_type": "url", "index": "0", "parameters": [code]},
            ],
        },
    }


def test_the_language_is_one_that_the_template_has() -> None:
    provider = made(languages={"de": "de", "pt-br": "pt_BR"}, language="en_GB")
    for asked, code in (("de", "de"), ("pt-br", "pt_BR"), ("fr", "en_GB"), ("", "en_GB")):
        body = provider.build_request(replace(message(Channel.WHATSAPP), language=asked)).body
        assert json.loads(body)["template"]["language"] == {"code": code}


@pytest.mark.parametrize(
    "options",
    [
        {"phone_number_id": "../me"},
        {"phone_number_id": ""},
        {"whatsapp_business_account": ""},
        {"whatsapp_template_name": ""},
    ],
)
def test_options_that_cannot_work_are_told_at_once(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"phone_number_id|template"):
        made(**options)


def answered(status: int, body: object, **headers: str) -> Any:
    raw = json.dumps(body).encode()
    return made().parse_response(Response(status=status, headers=headers, body=raw))


@pytest.mark.parametrize("status", [None, "accepted", "held_for_quality_assessment"])
def test_an_acceptance_is_known_by_its_message_id(status: str | None) -> None:
    body = {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "12015553931", "wa_id": "12015553930"}],
        "messages": [{"id": "wamid.HBg", "message_status": status}],
    }
    assert answered(200, body) == Accepted(reference="wamid.HBg", route=ACCOUNT)


def test_a_paused_template_pages_the_operator() -> None:
    paused = answered(200, {"messages": [{"id": "wamid.1", "message_status": "paused"}]})
    assert paused.failure is Failure.AUTH_CONFIG


FAILURES = [
    (190, Failure.AUTH_CONFIG),
    (130429, Failure.RATE_LIMITED),
    (130497, Failure.GEO_BLOCKED),
    (131000, Failure.TRANSIENT),
    (131009, Failure.INVALID_NUMBER),
    (131016, Failure.TRANSIENT),
    (131026, Failure.LANDLINE_OR_UNREACHABLE),
    (131042, Failure.BALANCE),
    (131047, Failure.AUTH_CONFIG),
    (131048, Failure.RATE_LIMITED),
    (131049, Failure.CARRIER_FILTERED),
    (131050, Failure.OPTED_OUT),
    (131056, Failure.RATE_LIMITED),
    (132000, Failure.AUTH_CONFIG),
    (132001, Failure.AUTH_CONFIG),
    (132007, Failure.AUTH_CONFIG),
    (132012, Failure.AUTH_CONFIG),
    (132015, Failure.AUTH_CONFIG),
]


def test_every_code_has_a_test() -> None:
    assert dict(FAILURES) == dict(CODES)


@pytest.mark.parametrize(("code", "failure"), FAILURES)
def test_an_error_code_says_what_to_do(code: int, failure: Failure) -> None:
    error = {"code": code, "message": "(#1) to 12015550123", "error_data": {"details": "x"}}
    outcome = answered(400, {"error": error})
    assert isinstance(outcome, Refused | Unavailable)
    assert outcome.failure is failure
    assert outcome.reason == f"meta {code}"


def test_the_limit_between_two_is_no_fault_of_the_route() -> None:
    assert isinstance(answered(400, {"error": {"code": 131056}}), Refused)
    assert isinstance(answered(400, {"error": {"code": 130429}}), Unavailable)


def test_an_error_under_a_status_that_says_all_is_well_is_still_one() -> None:
    assert answered(200, {"error": {"code": 190}}).failure is Failure.AUTH_CONFIG


def callback(*statuses: object, secret: str = APP_SECRET, body: bytes | None = None) -> Webhook:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": NUMBER},
        "statuses": list(statuses),
    }
    changes = [{"field": "messages", "value": value}]
    found = {"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "changes": changes}]}
    raw = json.dumps(found).encode() if body is None else body
    return Webhook(
        method="POST",
        url=CALLBACK,
        headers={"X-Hub-Signature-256": hub(secret, raw)},
        body=raw,
    )


def status(word: str, *codes: int) -> dict[str, Any]:
    return {
        "id": "wamid.HBg",
        "status": word,
        "timestamp": "1693408815",
        "recipient_id": "12015553931",
        "errors": [{"code": code, "title": "x"} for code in codes],
    }


AT = datetime(2023, 8, 30, 15, 20, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("sent", ReceiptState.SENT),
        ("delivered", ReceiptState.DELIVERED),
        ("read", ReceiptState.DELIVERED),
    ],
)
def test_a_receipt_says_how_far_it_came(word: str, state: ReceiptState) -> None:
    received = callback(status(word))
    assert made().is_authentic(received, now=NOW)
    fact = ReceiptFact(reference="wamid.HBg", state=state, at=AT)
    assert made().parse_receipt(received) == (fact,)


@pytest.mark.parametrize(("code", "failure"), FAILURES)
def test_a_failed_receipt_has_a_class(code: int, failure: Failure) -> None:
    [fact] = made().parse_receipt(callback(status("failed", code)))
    assert (fact.state, fact.failure) == (ReceiptState.FAILED, failure)


def test_of_many_errors_the_first_known_one_counts() -> None:
    [fact] = made().parse_receipt(callback(status("failed", 1, 131026)))
    assert fact.failure is Failure.LANDLINE_OR_UNREACHABLE
    [unknown] = made().parse_receipt(callback(status("failed")))
    assert unknown.failure is Failure.CHANNEL_UNAVAILABLE


def test_one_call_may_tell_of_many_messages_and_of_other_things() -> None:
    received = callback(status("sent"), {"id": 5.5, "status": "sent"}, 7, status("sang"), {})
    assert len(made().parse_receipt(received)) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"entry": 5}',
        b'{"entry": [{"changes": [{"value": []}]}]}',
        b"[" * 9999,
    ],
)
def test_a_body_may_be_anything(body: bytes) -> None:
    assert made().parse_receipt(callback(body=body)) == ()


@pytest.mark.parametrize(
    "forged",
    [
        callback(status("delivered"), secret="another"),
        replace(callback(status("delivered")), body=callback(status("failed")).body),
        replace(callback(status("delivered")), headers={}),
        replace(callback(status("delivered")), headers={"X-Hub-Signature-256": "sha256="}),
        replace(callback(status("delivered")), method="GET"),
    ],
)
def test_what_is_not_signed_by_the_app_is_not_believed(forged: Webhook) -> None:
    assert not made().is_authentic(forged, now=NOW)


def test_without_a_secret_nothing_is_believed() -> None:
    provider = made(app_secret="", verify_token="")
    assert not provider.receipts
    assert not provider.is_authentic(callback(status("sent"), secret=""), now=NOW)
    assert provider.handshake(asked(token="")) is None


def asked(
    *,
    token: str = VERIFY_TOKEN,
    mode: str = "subscribe",
    challenge: str = "1158201444",
    by: str = "GET",
) -> Webhook:
    query = {"hub.mode": mode, "hub.verify_token": token, "hub.challenge": challenge}
    return Webhook(method=by, url=f"{CALLBACK}?{urlencode(query)}")


def test_the_handshake_is_answered_for_our_token() -> None:
    assert made().handshake(asked()) == "1158201444"


@pytest.mark.parametrize(
    "odd",
    [
        asked(token="guess"),
        asked(mode="unsubscribe"),
        asked(challenge="<script>"),
        asked(challenge=""),
        asked(by="POST"),
        Webhook(method="GET", url=CALLBACK),
    ],
)
def test_no_other_handshake_is_answered(odd: Webhook) -> None:
    assert made().handshake(odd) is None


def test_there_is_nothing_to_close() -> None:
    assert made().cancel("wamid.1") is None
    assert made().confirm("wamid.1", Code("481516")) is None
