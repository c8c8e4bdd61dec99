"""The door for vendors: who they are is settled first, what they say is taken, nothing is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.channels.providers import meta_whatsapp, sinch, twilio_messaging
from otpguard.channels.providers.memory import SENT
from otpguard.models import Challenge, Delivery, Event, OptOut, Receipt
from otpguard.testing import send_queued
from otpguard.web import webhook
from tests import factories
from tests.flows.setting import stopped
from tests.ports import free_port
from tests.vendors import meta
from tests.vendors.tokens import hs256

pytestmark = pytest.mark.django_db(transaction=True)

ROOM = "otpguard.channels.providers"
ORIGIN = "https://app.example.com"
FORM = "application/x-www-form-urlencoded"
SECRET = "s" * 32
TEXTS = {
    "BACKEND": f"{ROOM}.twilio_messaging.TwilioMessaging",
    "OPTIONS": {
        "account_sid": "AC" + "0" * 32,
        "auth_token": "auth",
        "sender": "+12015550100",
        "status_callback": f"{ORIGIN}/security/webhooks/texts/",
    },
}
CHATS = {
    "BACKEND": f"{ROOM}.meta_whatsapp.MetaWhatsApp",
    "OPTIONS": {
        "phone_number_id": "1",
        "token": "t",
        "whatsapp_business_account": "2",
        "whatsapp_template_name": "code",
        "app_secret": "app",
        "verify_token": "verify me",
    },
}
CALLS = {
    "BACKEND": f"{ROOM}.vonage.Vonage",
    "OPTIONS": {
        "brand": "Acme",
        "api_key": "key",
        "api_secret": "secret",
        "signature_secret": "signs",
        "channels": ["voice"],
    },
}


ASKS = {
    "BACKEND": f"{ROOM}.sinch.Sinch",
    "OPTIONS": {"key": "app", "secret": "c2VjcmV0", "callbacks": True},
}


@pytest.fixture(autouse=True)
def _vendors(settings: Any, redis_client: Any) -> None:
    unsigned = {**TEXTS, "WEBHOOK_SECRET": SECRET}
    quiet = {**CALLS, "WEBHOOK_SECRET": SECRET}
    vendors = {"texts": TEXTS, "chats": CHATS, "calls": CALLS, "asks": ASKS}
    vendors |= {"unsigned": unsigned, "quiet": quiet}
    memory = {"BACKEND": f"{ROOM}.memory.Memory"}
    settings.OTPGUARD = {
        "PROVIDERS": {**vendors, "memory": memory},
        "ROUTES": ["memory"],
        "WEBHOOK_BASE_URL": ORIGIN,
    }


def waiting(provider: str) -> Challenge:
    """A challenge that this provider has accepted and sent no receipt for."""
    challenge = stopped().start()
    due = timezone.now() + timedelta(seconds=8)
    factories.age(challenge, due_at=due)
    row = Delivery.objects.get(challenge=challenge)
    factories.age(row, provider=provider, provider_ref="SM1", state="sent", receipts=True)
    return challenge


def path(provider: str, secret: str = "") -> str:
    if secret:
        return reverse("otpguard:secret-webhook", args=[provider, secret])
    return reverse("otpguard:webhook", args=[provider])


def post(client: Client, to: str, status: str = "delivered", **changed: Any) -> HttpResponse:
    """What Twilio sends."""
    fields = {"MessageSid": "SM1", "MessageStatus": status, **changed.pop("fields", {})}
    signed = changed.pop("signed", fields)
    signature = twilio_messaging.signature_of(
        changed.pop("token", "auth"), ORIGIN + to, signed.items()
    )
    return client.post(
        to,
        urlencode(fields),
        content_type=FORM,
        headers={"X-Twilio-Signature": signature, **changed.pop("headers", {})},
    )


def state() -> str:
    return Delivery.objects.get().state


# --- signatures ----------------------------------------------------------------------------------


def test_a_signed_receipt_is_taken_and_answered_at_once(client: Client) -> None:
    challenge = waiting("texts")
    answer = post(client, path("texts"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert state() == "delivered"
    challenge.refresh_from_db()
    assert challenge.due_at is None
    assert Receipt.objects.get().raw.reveal().startswith("MessageSid=SM1")


def test_a_failed_receipt_sends_nothing_while_the_vendor_waits(client: Client) -> None:
    challenge = waiting("texts")
    SENT.clear()
    post(client, path("texts"), "undelivered", fields={"ErrorCode": "30005"})
    challenge.refresh_from_db()
    assert challenge.due_at is not None
    assert challenge.due_at <= timezone.now()
    assert Delivery.objects.count() == 1
    send_queued()
    assert SENT == []


def test_what_is_not_signed_is_refused_unread_with_one_event(client: Client) -> None:
    waiting("texts")
    for _ in range(3):
        assert post(client, path("texts"), token="guessed").status_code == 403
    assert post(client, path("texts"), signed={"MessageSid": "SM2"}).status_code == 403
    assert client.post(path("texts"), b"\xff\x00", content_type=FORM).status_code == 403
    assert (state(), Receipt.objects.count()) == ("sent", 0)
    event = json.loads(Event.objects.get(kind="receipt.rejected").body)
    assert event["data"]["provider"] == "texts"


def test_the_url_that_was_signed_comes_from_the_settings_and_not_from_a_header(
    client: Client, settings: Any
) -> None:
    waiting("texts")
    settings.ALLOWED_HOSTS = ["*"]
    assert post(client, path("texts"), headers={"Host": "evil.example"}).status_code == 200
    to = path("texts")
    fields = {"MessageSid": "SM1", "MessageStatus": "failed"}
    for_evil = twilio_messaging.signature_of("auth", "http://evil.example" + to, fields.items())
    headers = {"Host": "evil.example", "X-Twilio-Signature": for_evil}
    answer = client.post(to, urlencode(fields), content_type=FORM, headers=headers)
    assert answer.status_code == 403


def test_the_query_belongs_to_what_was_signed(client: Client) -> None:
    waiting("texts")
    assert post(client, path("texts") + "?a=1&b=%20").status_code == 200


def test_without_a_public_url_no_receipt_is_taken(client: Client, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "WEBHOOK_BASE_URL": ""}
    waiting("texts")
    answer = post(client, path("texts"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert state() == "sent"


def test_a_receipt_whose_time_is_past_is_a_replay(client: Client) -> None:
    waiting("calls")
    body = json.dumps({"request_id": "SM1", "status": "completed", "type": "summary"})

    def call(age: timedelta) -> int:
        at = int((timezone.now() - age).timestamp())
        claims = {"iat": at, "jti": "1", "payload_hash": sha256(body.encode()).hexdigest()}
        headers = {"Authorization": "Bearer " + hs256(claims, "signs")}
        to = path("calls")
        return client.post(to, body, content_type="application/json", headers=headers).status_code

    assert call(timedelta(hours=1)) == 403
    assert (state(), Receipt.objects.count()) == ("sent", 0)
    assert call(timedelta(seconds=1)) == 200
    assert state() == "delivered"


# --- strangers and floods ------------------------------------------------------------------------


def test_an_unknown_reference_is_answered_200_and_counted(client: Client) -> None:
    waiting("texts")
    assert post(client, path("texts"), fields={"MessageSid": "SM9"}).status_code == 200
    assert Receipt.objects.get().delivery is None


def test_a_receipt_that_tells_nothing_is_answered_200(client: Client) -> None:
    assert post(client, path("texts"), "queued").status_code == 200
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize("name", ["memory", "nobody"])
def test_whoever_is_not_called_back_has_no_door(client: Client, name: str) -> None:
    assert client.post(path(name)).status_code == 404


def test_a_body_over_the_limit_is_not_read(client: Client) -> None:
    long = b"x" * (webhook.MOST_BYTES + 1)
    answer = client.post(path("texts"), long, content_type="text/plain")
    assert answer.status_code == 413
    lying = client.post(path("texts"), b"x", content_type="text/plain", CONTENT_LENGTH="-1")
    assert lying.status_code == 413


@pytest.mark.parametrize("verb", ["put", "delete", "head", "options"])
def test_other_methods_are_refused(client: Client, verb: str) -> None:
    assert getattr(client, verb)(path("texts")).status_code == 405


def test_too_many_requests_of_one_ip_are_told_to_wait(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "RATE", "2/h")
    codes = [client.post(path("texts"), REMOTE_ADDR="203.0.113.1").status_code for _ in range(3)]
    assert codes == [403, 403, 429]
    assert client.post(path("texts"), REMOTE_ADDR="203.0.113.2").status_code == 403
    assert client.post(path("chats"), REMOTE_ADDR="203.0.113.1").status_code == 403


def test_receipts_are_taken_while_the_store_of_the_limit_is_away(
    client: Client, settings: Any
) -> None:
    away = f"redis://127.0.0.1:{free_port()}"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": away}
    }
    waiting("texts")
    assert post(client, path("texts")).status_code == 200


def test_the_door_needs_no_session_and_no_csrf_token() -> None:
    waiting("texts")
    answer = post(Client(enforce_csrf_checks=True), path("texts"))
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", ""), "the session was never looked at"
    assert "no-store" in answer["Cache-Control"]


def test_the_door_is_open_where_every_view_asks_for_a_login(client: Client, settings: Any) -> None:
    everywhere = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, everywhere]
    waiting("texts")
    assert post(client, path("texts")).status_code == 200


# --- a vendor that signs nothing -----------------------------------------------------------------


def bare(client: Client, to: str, fields: Mapping[str, str]) -> int:
    return client.post(to, urlencode(fields), content_type=FORM).status_code


def test_what_comes_to_the_secret_url_has_the_vendor_asked_and_does_nothing_else(
    client: Client,
) -> None:
    challenge = waiting("unsigned")
    for status in ("delivered", "failed"):
        fields = {"MessageSid": "SM1", "MessageStatus": status}
        assert bare(client, path("unsigned", SECRET), fields) == 200
    due = challenge.due_at
    challenge.refresh_from_db()
    assert (state(), challenge.due_at) == ("sent", due)
    assert Delivery.objects.get().status_call_at is not None


def test_a_vendor_that_cannot_be_asked_is_believed_there_about_an_open_delivery(
    client: Client,
) -> None:
    waiting("quiet")
    body = json.dumps({"request_id": "SM1", "status": "completed", "type": "summary"})
    to = path("quiet", SECRET)
    assert client.post(to, body, content_type="application/json").status_code == 200
    assert (state(), Delivery.objects.get().status_call_at) == ("delivered", None)


def test_a_signed_receipt_to_the_secret_url_counts_at_once(client: Client) -> None:
    waiting("unsigned")
    assert post(client, path("unsigned", SECRET)).status_code == 200
    assert (state(), Delivery.objects.get().status_call_at) == ("delivered", None)


@pytest.mark.parametrize("to", ["wrong", SECRET[:-1], SECRET + "s"])
def test_a_wrong_secret_is_refused(client: Client, to: str) -> None:
    waiting("unsigned")
    fields = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert bare(client, path("unsigned", to), fields) == 403
    assert bare(client, path("unsigned"), fields) == 403
    assert state() == "sent"
    events = Event.objects.filter(kind="receipt.rejected", body__contains="wrong secret")
    assert events.count() == 1
    assert SECRET[:-1] not in events.get().body


def test_a_vendor_without_a_secret_is_not_believed_for_one(client: Client) -> None:
    waiting("texts")
    fields = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert bare(client, path("texts", SECRET), fields) == 403


# --- the handshake -------------------------------------------------------------------------------


def test_the_vendor_may_ask_whether_the_url_is_ours(client: Client) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "verify me", "hub.challenge": "42"}
    answer = client.get(path("chats"), asked)
    assert (answer.status_code, answer.content) == (200, b"42")
    assert answer["Content-Type"].startswith("text/plain")
    assert client.get(path("chats"), {**asked, "hub.verify_token": "x"}).status_code == 403


def test_several_statuses_of_one_receipt_are_all_taken(client: Client) -> None:
    waiting("chats")
    statuses = [{"id": "SM1", "status": "delivered"}, {"id": "other", "status": "sent"}]
    body = json.dumps({"entry": [{"changes": [{"value": {"statuses": statuses}}]}]}).encode()
    headers = {"X-Hub-Signature-256": meta_whatsapp.signature_of("app", body)}
    answer = client.post(path("chats"), body, content_type="application/json", headers=headers)
    assert answer.status_code == 200
    assert (state(), Receipt.objects.count()) == ("delivered", 2)


def test_a_vendor_that_asks_signed_whether_it_may_send_is_told_so(client: Client) -> None:
    body = json.dumps({"event": "VerificationRequestEvent", "id": "1"}).encode()
    kind, stamp = "application/json", timezone.now().isoformat()
    signature = sinch.signature_of(
        "c2VjcmV0",
        method="POST",
        path=path("asks"),
        content_type=kind,
        timestamp=stamp,
        body=body,
    )
    signed = {"Authorization": f"Application app:{signature}", "X-Timestamp": stamp}
    told = client.post(path("asks"), body, content_type=kind, headers=signed)
    assert (told.status_code, told.json()) == (200, {"action": "allow"})
    assert told["Content-Type"] == kind
    forged = {**signed, "Authorization": "Application app:x"}
    refused = client.post(path("asks"), body, content_type=kind, headers=forged)
    assert (refused.status_code, refused.content) == (403, b"")


# --- what people write to us ---------------------------------------------------------------------


def write(client: Client, word: str, to: str, reference: str = "SM7", **changed: Any) -> Any:
    """What Twilio sends when somebody writes to our number."""
    fields = {"MessageSid": reference, "From": "+12015550142", "To": "+12015550100", "Body": word}
    token, given = changed.pop("token", "auth"), {**fields, **changed}
    signature = twilio_messaging.signature_of(token, ORIGIN + to, given.items())
    return client.post(
        to, urlencode(given), content_type=FORM, headers={"X-Twilio-Signature": signature}
    )


def stopped_now() -> int:
    return OptOut.objects.filter(ended_at=None).count()


def test_a_signed_stop_is_taken_and_help_is_answered_in_the_vendors_format(client: Client) -> None:
    answer = write(client, "STOP", path("texts"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert stopped_now() == 1
    helped = write(client, "HELP", path("texts"), "SM8")
    assert helped["Content-Type"] == "text/xml; charset=utf-8"
    assert helped.content.startswith(b"<Response><Message>this service: ")
    assert write(client, "START", path("texts"), "SM9").status_code == 200
    assert stopped_now() == 0


def test_an_unsigned_keyword_is_none_whatever_secret_the_url_has(client: Client) -> None:
    assert write(client, "STOP", path("texts"), token="guessed").status_code == 403
    to = path("unsigned", SECRET)
    assert write(client, "STOP", to, token="guessed").status_code == 200
    assert stopped_now() == 0


def test_a_change_of_a_template_is_taken_if_meta_signed_it(client: Client) -> None:
    row = factories.whatsapp_sender(provider="chats", account=meta.ACCOUNT, template=meta.TEMPLATE)
    body = json.dumps(meta.template_status("PAUSED"))
    for secret, status, approval in (("guessed", 403, "approved"), ("app", 200, "paused")):
        signature = meta_whatsapp.signature_of(secret, body.encode())
        answer = client.post(
            path("chats"),
            body,
            content_type="application/json",
            headers={"X-Hub-Signature-256": signature},
        )
        row.refresh_from_db()
        assert (answer.status_code, row.approval) == (status, approval)
