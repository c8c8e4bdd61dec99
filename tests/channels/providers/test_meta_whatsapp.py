"""WhatsApp by Meta's Cloud API, against its documentation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from otpguard.channels.base import ReceiptFact, ReceiptState, Webhook
from otpguard.channels.option_rules import WrongOptionsError
from otpguard.channels.providers.meta_whatsapp import MetaWhatsApp, signature_of
from otpguard.channels.vendor_answers.meta_whatsapp import ANSWERS
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Refused, Unavailable
from otpguard.testing.http_provider_contract import HttpProviderContract
from otpguard.testing.provider_contract import message
from otpguard.transport.exchange import Response
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

    def made(self, base: str, *, connect: float, read: float) -> MetaWhatsApp:
        return made(base=base, connect=connect, read=read)

    def secrets(self) -> tuple[str, ...]:
        return (TOKEN, VERIFY_TOKEN)

    def signed_webhook(self) -> tuple[Webhook, datetime]:
        return callback(status("delivered")), NOW


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
    ("option", "value"),
    [
        ("phone_number_id", "../me"),
        ("phone_number_id", ""),
        ("whatsapp_business_account", ""),
        ("whatsapp_template_name", ""),
        ("whatsapp_template_name", "Verification Code"),
        ("token", ""),
        ("token", "two words"),
        ("app_secret", "\n"),
        ("verify_token", "ä"),
        ("language", "en-US"),
        ("languages", {"de": "german"}),
        ("languages", ["de"]),
        ("version", "23"),
        ("base", "ftp://graph.facebook.com"),
        ("connect", -1),
    ],
)
def test_an_option_keeps_to_the_rule_of_meta(option: str, value: object) -> None:
    with pytest.raises(WrongOptionsError, match=option) as found:
        made(**{option: value})
    assert len(found.value.faults) == 1


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
        headers={"X-Hub-Signature-256": signature_of(secret, raw)},
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


def test_a_failed_receipt_says_why() -> None:
    for answer in ANSWERS:
        if answer.said.isdigit():
            [fact] = made().parse_receipt(callback(status("failed", int(answer.said))))
            assert (fact.state, fact.failure) == (ReceiptState.FAILED, answer.failure)


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
    assert not provider.capabilities.receipts
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


def test_meta_signs_the_raw_body() -> None:
    assert signature_of("secret", b"test") == (
        "sha256=0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914"
    )
