"""WhatsApp by Meta's Cloud API: an authentication template of the site's own business account.

The template's text is Meta's; ours is the code, once in its body and once for its button. Receipts
are signed with the app's secret over the raw body, without a time, and come again for days: a
repeat is told by (reference, state) alone.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from otpguard.channels.base import OutboundMessage, ReceiptFact, ReceiptState, Sender, Webhook
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.channels.http_provider import HttpProvider
from otpguard.channels.inbound import KeywordFact, SenderChange, SenderState
from otpguard.channels.option_rules import OptionRule, OptionRules, visible
from otpguard.channels.providers import meta_senders
from otpguard.channels.responses import (
    by_status,
    document,
    each_object,
    moment,
    number,
    text,
)
from otpguard.channels.vendor_answers.answer import Moment
from otpguard.channels.vendor_answers.meta_whatsapp import ANSWERS
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable
from otpguard.core.secrets import same
from otpguard.transport.exchange import Request, Response

STATES: Mapping[str, ReceiptState] = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.DELIVERED,
    "failed": ReceiptState.FAILED,
}

_NONE: Mapping[str, str] = MappingProxyType({})

ID = OptionRule(r"\d{1,32}", "the id that Meta shows, digits only")
TEMPLATE = OptionRule(r"[a-z0-9_]{1,512}", "the template's name: small letters, digits and _")
LANGUAGE = OptionRule(r"[a-z]{2,3}(_[A-Z]{2,3})?", "a language of Meta's, like en_US")
VERIFY_TOKEN = OptionRule(r"[ -~]+", "printable ASCII")
VERSION = OptionRule(r"v\d{1,3}\.\d{1,2}", "a version of the API, like v23.0")


class MetaWhatsApp(HttpProvider):
    """Serves WhatsApp from the number `phone_number_id` of `whatsapp_business_account`.

    `languages` maps language tags to those the template has; others get `language`. `app_secret`
    signs receipts and `verify_token` is what Meta shows when the URL is registered; without
    them nothing that comes in is believed. Raises ValueError.
    """

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
        rules = OptionRules(connect=connect, read=read, base=base)
        rules.match("phone_number_id", phone_number_id, ID)
        rules.match("whatsapp_business_account", whatsapp_business_account, ID)
        rules.match("whatsapp_template_name", whatsapp_template_name, TEMPLATE)
        rules.match("token", token, visible("an access token"))
        rules.match_if_given("app_secret", app_secret, visible("the secret of the app"))
        rules.match_if_given("verify_token", verify_token, VERIFY_TOKEN)
        rules.match("language", language, LANGUAGE)
        rules.match_each("languages", languages, LANGUAGE)
        rules.match("version", version, VERSION)
        rules.check()
        super().__init__(connect=connect, read=read)
        self.capabilities = Capabilities(
            channels=frozenset({Channel.WHATSAPP}),
            receipts=bool(app_secret),
            webhooks=Webhooks.SIGNED if app_secret else Webhooks.UNSIGNED,
            codes_only=True,
            keywords=bool(app_secret),
            knows_senders=True,
            own_sender=True,
        )
        self._account, self._template = whatsapp_business_account, whatsapp_template_name
        self._base, self._number = f"{base}/{version}", phone_number_id
        self._token, self._secret, self._verify_token = token, app_secret, verify_token
        self._language, self._languages = language, dict(languages)

    def build_request(self, message: OutboundMessage) -> Request:
        """Send the template, with the code in its body and behind its button."""
        code = {"type": "text", "text": message.code.digits if message.code else ""}
        sender = message.sender
        language = self._languages.get(message.language, self._language)
        template = {
            "name": sender.template if sender else self._template,
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
        if not response.is_success or error:
            code = number(error.get("code")) if isinstance(error, dict) else None
            return ANSWERS.outcome(code) or by_status(response, "meta")
        for message in each_object(found.get("messages"))[:1]:
            refused = ANSWERS.outcome(f"message_status {text(message.get('message_status'))}")
            if refused is not None:
                return refused
            if reference := text(message.get("id")):
                return Accepted(reference=reference, route=self._account)
        return by_status(response, "meta")

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        """True when the app's secret signed the body."""
        del now
        if not self._secret or received.method != "POST":
            return False
        signed = signature_of(self._secret, received.body)
        return same(received.header("X-Hub-Signature-256"), signed)

    def parse_receipt(self, received: Webhook) -> tuple[ReceiptFact, ...]:
        """The statuses in it; for messages that people write to us see `parse_keywords`."""
        statuses = [
            status
            for entry in each_object(document(received.body).get("entry"))
            for change in each_object(entry.get("changes"))
            if isinstance(value := change.get("value"), dict)
            for status in each_object(value.get("statuses"))
        ]
        return tuple(fact for status in statuses if (fact := _fact(status)) is not None)

    def parse_keywords(self, received: Webhook) -> tuple[KeywordFact, ...]:
        """The keywords among the messages that people write to us."""
        return meta_senders.keywords_of(received.body, own=self._number)

    def keyword_reply(self, text: str) -> str:
        """Nothing: Meta reads nothing from our answer to a webhook."""
        del text
        return ""

    def read_sender(self, sender: Sender) -> SenderState | Unavailable:
        """Ask for the number and for the template; the token needs whatsapp_business_management."""
        answers = []
        for path in (meta_senders.number_path(sender), meta_senders.templates_path(sender)):
            answer = self._read(path)
            if isinstance(answer, Unavailable):
                return answer
            answers.append(answer)
        unreadable = Unavailable(reason="meta: unreadable answer")
        return meta_senders.state_of(sender, *answers) or unreadable

    def _read(self, path: str) -> Response | Unavailable:
        headers = {"Authorization": f"Bearer {self._token}"}
        result = self._exchange(Request(method="GET", url=f"{self._base}/{path}", headers=headers))
        if not isinstance(result, Response):
            return Unavailable(reason=result.reason)
        if result.is_success and "error" not in document(result.body):
            return result
        outcome = self.parse_response(result)
        if isinstance(outcome, Unavailable):
            return outcome
        # Such as a number that this account does not own: to us it is a mistake in the record.
        reason = outcome.reason if isinstance(outcome, Refused) else "meta: unreadable answer"
        return Unavailable(reason=reason, failure=Failure.AUTH_CONFIG)

    def parse_sender_changes(self, received: Webhook) -> tuple[SenderChange, ...]:
        """What Meta says by itself of templates, names and accounts."""
        return meta_senders.changes_of(received.body)

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


def signature_of(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256 for a body."""
    return "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()


def _fact(status: Mapping[str, Any]) -> ReceiptFact | None:
    state, reference = STATES.get(text(status.get("status"))), text(status.get("id"))
    if state is None or not reference:
        return None
    failure = None
    if state is ReceiptState.FAILED:
        codes = [number(error.get("code")) for error in each_object(status.get("errors"))]
        found = [ANSWERS.failure(code, Moment.RECEIPT) for code in codes]
        failure = next(filter(None, found), Failure.CHANNEL_UNAVAILABLE)
    return ReceiptFact(
        reference=reference, state=state, failure=failure, at=moment(status.get("timestamp"))
    )
