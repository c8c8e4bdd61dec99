"""WhatsApp by Meta's Cloud API: an authentication template of the site's own business account.

The template's text is Meta's; ours is the code, once in its body and once for its button. Receipts
are signed with the app's secret over the raw body, without a time, and come again for days: a
repeat is told by (reference, state) alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from otpguard.channels.answers import (
    by_status,
    document,
    each_object,
    moment,
    number,
    retry_after,
    text,
)
from otpguard.channels.base import OutboundMessage, ReceiptFact, ReceiptState, Webhook
from otpguard.channels.http_provider import HttpProvider
from otpguard.channels.signatures import hub
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, failed
from otpguard.core.secrets import same
from otpguard.transport.exchange import Request, Response, checked_address

FOR_DEVELOPMENT = False

CODES: Mapping[int, Failure] = {
    190: Failure.AUTH_CONFIG,
    130429: Failure.RATE_LIMITED,
    130497: Failure.GEO_BLOCKED,
    131000: Failure.TRANSIENT,
    131009: Failure.INVALID_NUMBER,
    131016: Failure.TRANSIENT,
    # Not on WhatsApp, an old app, the terms not accepted, or we are blocked: Meta does not say.
    131026: Failure.LANDLINE_OR_UNREACHABLE,
    131042: Failure.BALANCE,
    131047: Failure.AUTH_CONFIG,
    131048: Failure.RATE_LIMITED,
    131049: Failure.CARRIER_FILTERED,
    131050: Failure.OPTED_OUT,
    131056: Failure.RATE_LIMITED,
    132000: Failure.AUTH_CONFIG,
    132001: Failure.AUTH_CONFIG,
    132007: Failure.AUTH_CONFIG,
    132012: Failure.AUTH_CONFIG,
    132015: Failure.AUTH_CONFIG,
}
WAITS: Mapping[int, int] = {131056: 6}
"""Limits between us and one person, with the seconds until the next message is taken."""

STATES: Mapping[str, ReceiptState] = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.DELIVERED,
    "failed": ReceiptState.FAILED,
}

_NONE: Mapping[str, str] = MappingProxyType({})


class MetaWhatsApp(HttpProvider):
    """Serves WhatsApp from the number `phone_number_id` of `whatsapp_business_account`.

    `languages` maps language tags to those the template has; others get `language`. `app_secret`
    signs receipts and `verify_token` is what Meta shows when the address is registered; without
    them nothing that comes in is believed. Raises ValueError.
    """

    channels = frozenset({Channel.WHATSAPP})
    codes_only = True

    def __init__(
        self,
        *,
        phone_number_id: str,
        token: str,
        whatsapp_business_account: str,
        whatsapp_template_name: str,
        app_secret: str = "",
        verify_token: str = "",
        language: str = "en_US",
        languages: Mapping[str, str] = _NONE,
        version: str = "v23.0",
        base: str = "https://graph.facebook.com",
        connect: float = 3.0,
        read: float = 8.0,
    ) -> None:
        super().__init__(connect=connect, read=read)
        if not re.fullmatch(r"\d+", phone_number_id):
            raise ValueError("phone_number_id is Meta's number for your sender, digits only")
        if not whatsapp_business_account or not whatsapp_template_name:
            raise ValueError("name your business account and its authentication template")
        self.receipts = bool(app_secret)
        self.whatsapp_business_account = whatsapp_business_account
        self.whatsapp_template_name = whatsapp_template_name
        self._base, self._number = f"{base}/{version}", phone_number_id
        checked_address(self._url(phone_number_id))
        self._token, self._secret, self._verify_token = token, app_secret, verify_token
        self._language, self._languages = language, dict(languages)

    def build_request(self, message: OutboundMessage) -> Request:
        """Send the template, with the code in its body and behind its button."""
        code = {"type": "text", "text": message.code.digits if message.code else ""}
        sender = message.sender
        language = self._languages.get(message.language, self._language)
        template = {
            "name": sender.template if sender else self.whatsapp_template_name,
            "language": {"code": sender.language if sender and sender.language else language},
            "components": [
                {"type": "body", "parameters": [code]},
                {"type": "button", "sub_type": "url", "index": "0", "parameters": [code]},
            ],
        }
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.to.removeprefix("+"),
            "type": "template",
            "template": template,
        }
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        url = self._url(sender.number_id if sender else self._number)
        return Request(method="POST", url=url, headers=headers, body=json.dumps(body).encode())

    def _url(self, number: str) -> str:
        return f"{self._base}/{quote(number, safe='')}/messages"

    def parse_response(self, response: Response) -> Outcome:
        """What Meta made of it.

        Its number for the person may differ from ours: only the message id counts.
        """
        found = document(response.body)
        error = found.get("error")
        if response.status >= 300 or error:  # noqa: PLR2004
            code = number(error.get("code")) if isinstance(error, dict) else None
            return _failed(response, code)
        for message in each_object(found.get("messages"))[:1]:
            if text(message.get("message_status")) == "paused":
                return failed(Failure.AUTH_CONFIG, reason="meta: the template is paused")
            if reference := text(message.get("id")):
                return Accepted(reference=reference, route=self.whatsapp_business_account)
        return by_status(response, "meta")

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        """True when the app's secret signed the body."""
        del now
        if not self._secret or received.method != "POST":
            return False
        return same(received.header("X-Hub-Signature-256"), hub(self._secret, received.body))

    def parse_receipt(self, received: Webhook) -> tuple[ReceiptFact, ...]:
        """The statuses in it; messages that people write to us are passed over."""
        statuses = [
            status
            for entry in each_object(document(received.body).get("entry"))
            for change in each_object(entry.get("changes"))
            if isinstance(value := change.get("value"), dict)
            for status in each_object(value.get("statuses"))
        ]
        return tuple(fact for status in statuses if (fact := _fact(status)) is not None)

    def handshake(self, received: Webhook) -> str | None:
        """Meta's challenge, when it shows our verify token."""
        asked = parse_qs(urlsplit(received.url).query)
        given = asked.get("hub.verify_token", [""])[0]
        if received.method != "GET" or asked.get("hub.mode") != ["subscribe"]:
            return None
        if not self._verify_token or not same(given, self._verify_token):
            return None
        challenge = asked.get("hub.challenge", [""])[0]
        # It is echoed by us: nothing in it may be markup.
        return challenge if re.fullmatch(r"[\w.-]{1,128}", challenge, re.ASCII) else None


def _failed(response: Response, code: int | None) -> Outcome:
    if code is None or code not in CODES:
        return by_status(response, "meta")
    reason = f"meta {code}"
    if code in WAITS:
        return Refused(reason=reason, failure=CODES[code], retry_after=WAITS[code])
    return failed(CODES[code], reason=reason, retry_after=retry_after(response))


def _fact(status: Mapping[str, Any]) -> ReceiptFact | None:
    state, reference = STATES.get(text(status.get("status"))), text(status.get("id"))
    if state is None or not reference:
        return None
    failure = None
    if state is ReceiptState.FAILED:
        codes = [number(error.get("code")) for error in each_object(status.get("errors"))]
        known = [CODES[code] for code in codes if code is not None and code in CODES]
        failure = known[0] if known else Failure.CHANNEL_UNAVAILABLE
    return ReceiptFact(
        reference=reference, state=state, failure=failure, at=moment(status.get("timestamp"))
    )
