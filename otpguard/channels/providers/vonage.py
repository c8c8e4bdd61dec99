"""Vonage Verify v2 with our own code: a workflow of exactly one step, so that fallback stays ours.

Vonage words the message. It tells when a step failed or was blocked and when the code was proven,
but not when the message arrived, so it counts as a route without receipts. A code proven here is
confirmed there, and what is given up is deleted: else Vonage sees no conversion and blocks the
network.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from otpguard.channels.base import OutboundMessage, ReceiptFact, ReceiptState, Webhook
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.channels.http_provider import HttpProvider
from otpguard.channels.option_rules import OptionRule, OptionRules, visible
from otpguard.channels.responses import by_status, document, each_object, moment, text
from otpguard.channels.signatures import basic, hs256_claims, rs256
from otpguard.channels.vendor_answers.answer import Moment
from otpguard.channels.vendor_answers.vonage import ANSWERS
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Outcome
from otpguard.core.secrets import same
from otpguard.transport.exchange import Request, Response, checked_url

TIMEOUT = (15, 900)
"""The shortest and the longest life of a step, in seconds."""

FRESH = timedelta(minutes=5)
"""How far the time in a callback's token may be from ours."""

TOKEN_LIFE = timedelta(minutes=5)

STATES: Mapping[str, ReceiptState] = {
    "completed": ReceiptState.DELIVERED,
    "failed": ReceiptState.FAILED,
    "rejected": ReceiptState.FAILED,
    "user_rejected": ReceiptState.FAILED,
    "blocked": ReceiptState.FAILED,
}
"""The states that tell something. One that expired says only that nobody typed the code there."""

BRAND = OptionRule(r"(?s:.){1,16}", "1 to 16 characters long")
UUID = OptionRule(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a UUID")
API_KEY = OptionRule(r"[A-Za-z0-9]{1,32}", "letters and digits")
LOCALE = OptionRule(r"[a-z]{2,3}-[a-z]{2}", "a locale of Vonage's, like en-us")
SENDER = OptionRule(
    r"[1-9]\d{6,14}|[A-Za-z0-9]{3,11}", "a number without +, or 3 to 11 letters and digits"
)
EMAIL = OptionRule(r"[^@\s]+@[^@\s]+", "an e-mail address")

_WHOLE = re.compile(r"workflow(\W\d*\W*)?")
_UNREACHABLE = re.compile(r"(number|address) is invalid", re.IGNORECASE)
_NONE: Mapping[str, str] = MappingProxyType({})


class Vonage(HttpProvider):
    """Serves `channels`, by default SMS and voice. `senders` names the sender of each channel where
    one is wanted; WhatsApp needs one.

    Calls are made as an application (`application_id` and its `private_key` in PEM), which
    callbacks need, or with `api_key` and `api_secret`. `signature_secret` signs callbacks. `brand`
    is what the message says, 16 characters at most. Raises ValueError.
    """

    def __init__(
        self,
        *,
        brand: str,
        application_id: str = "",
        private_key: str = "",
        api_key: str = "",
        api_secret: str = "",
        signature_secret: str = "",
        channels: tuple[str, ...] | list[str] = ("sms", "voice"),
        senders: Mapping[str, str] = _NONE,
        locale: str = "en-us",
        locales: Mapping[str, str] = _NONE,
        base: str = "https://api.nexmo.com",
        connect: float = 3.0,
        read: float = 8.0,
    ) -> None:
        rules = OptionRules(connect=connect, read=read, base=base)
        served = rules.channels(channels, set(Channel))
        rules.match("brand", brand, BRAND)
        rules.match_if_given("signature_secret", signature_secret, visible("visible ASCII"))
        _check_account(rules, (application_id, private_key), (api_key, api_secret))
        rules.match("locale", locale, LOCALE)
        rules.match_each("locales", locales, LOCALE)
        _check_senders(rules, senders, served)
        self._key = _loaded(rules, private_key)
        rules.check()
        super().__init__(connect=connect, read=read)
        self.capabilities = Capabilities(
            channels=served,
            webhooks=Webhooks.SIGNED if signature_secret else Webhooks.UNSIGNED,
            closes=True,
            codes_only=True,
        )
        self._url = checked_url(f"{base}/v2/verify")
        self._brand, self._senders = brand, dict(senders)
        self._locale, self._locales = locale, dict(locales)
        self._application, self._api_key = application_id, api_key
        self._basic = basic(api_key, api_secret) if api_key else ""
        self._signature_secret = signature_secret

    def build_request(self, message: OutboundMessage) -> Request:
        """Start a verification with our digits over this one channel."""
        step = {"channel": message.channel.value, "to": message.to.removeprefix("+")}
        if sender := self._senders.get(message.channel.value):
            step["from"] = sender
        body: dict[str, Any] = {
            "brand": self._brand,
            "locale": self._locales.get(message.language, self._locale),
            "workflow": [step],
            "code": message.code.digits if message.code else "",
        }
        if message.lifetime:
            shortest, longest = TIMEOUT
            body["channel_timeout"] = min(max(message.lifetime, shortest), longest)
        return self._post(self._url, body)

    def parse_response(self, response: Response) -> Outcome:
        """What Vonage made of it.

        The request that a 409 names is somebody's open one and perhaps not ours: it is left alone.
        """
        found = document(response.body)
        if response.is_success:
            reference = text(found.get("request_id"))
            if reference:
                return Accepted(reference=reference, route="verify")
        said = f"http {response.status}"
        named = _named(found) if response.status == 422 else ""  # noqa: PLR2004 (invalid parameters)
        outcome = ANSWERS.outcome(f"{said}: {named}" if named else said)
        return outcome or by_status(response, "vonage")

    def cancel_request(self, reference: str) -> Request:
        """Delete the verification."""
        return self._authorized(Request(method="DELETE", url=self._one(reference)))

    def confirm_request(self, reference: str, code: Code) -> Request:
        """Check the right code there as well."""
        return self._post(self._one(reference), {"code": code.digits})

    def parse_closing(self, response: Response) -> Failure | None:
        """What the answer to a cancel or confirm means."""
        known = ANSWERS.failure(f"http {response.status}", Moment.CLOSING)
        return known or super().parse_closing(response)

    def authorize(self, request: Request, *, now: datetime) -> Request:
        """As an application: a token for this request and a few minutes."""
        if self._key is None:
            return request
        issued = int(now.timestamp())
        mark = f"{request.method} {request.url} {now.isoformat()} ".encode() + request.body
        claims = {
            "application_id": self._application,
            "iat": issued,
            "exp": issued + int(TOKEN_LIFE.total_seconds()),
            "jti": sha256(mark).hexdigest()[:32],
        }
        bearer = f"Bearer {rs256(claims, self._key)}"
        return replace(request, headers={**request.headers, "Authorization": bearer})

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        """True when the signature secret signed a token, lately, for this body.

        The digest of the body is asked for where the token has one.
        """
        kind, _, token = received.header("Authorization").partition(" ")
        if kind.lower() != "bearer" or not self._signature_secret:
            return False
        claims = hs256_claims(token.strip(), self._signature_secret)
        if claims is None or not _is_fresh(claims, now):
            return False
        stated = claims.get("payload_hash", "")
        digest = sha256(received.body).hexdigest()
        is_its_body = "payload_hash" not in claims or same(str(stated), digest)
        account = claims.get("api_key")
        is_ours = not self._api_key or account is None or same(str(account), self._api_key)
        return is_its_body and is_ours

    def parse_receipt(self, received: Webhook) -> tuple[ReceiptFact, ...]:
        """What an event or the summary of a verification says."""
        found = document(received.body)
        reference = text(found.get("request_id"))
        said = [text(step.get("status")) for step in each_object(found.get("workflow"))[:1]]
        said.append(text(found.get("status")))
        known = [word for word in said if word in STATES]
        if not reference or not known:
            return ()
        word = "blocked" if "blocked" in said else known[0]
        state, failure = STATES[word], ANSWERS.failure(word, Moment.RECEIPT)
        at = moment(found.get("finalized_at")) or moment(found.get("triggered_at"))
        return (ReceiptFact(reference=reference, state=state, failure=failure, at=at),)

    def _one(self, reference: str) -> str:
        return f"{self._url}/{quote(reference, safe='')}"

    def _post(self, url: str, body: Mapping[str, Any]) -> Request:
        headers = {"Content-Type": "application/json"}
        raw = json.dumps(body).encode()
        return self._authorized(Request(method="POST", url=url, headers=headers, body=raw))

    def _authorized(self, request: Request) -> Request:
        if not self._basic:
            return request
        return replace(request, headers={**request.headers, "Authorization": self._basic})


def _check_account(rules: OptionRules, application: tuple[str, str], key: tuple[str, str]) -> None:
    rules.match_if_given("application_id", application[0], UUID)
    rules.match_if_given("api_key", key[0], API_KEY)
    rules.match_if_given("api_secret", key[1], visible("the secret of the key"))
    named = "application_id and private_key, or api_key and api_secret"
    rules.require(all(application) != all(key), f"{named} must be given, not both")


def _check_senders(
    rules: OptionRules, senders: Mapping[str, str], served: frozenset[Channel]
) -> None:
    rules.require(set(senders) <= served, "senders must be those of channels that are served")
    named = Channel.WHATSAPP not in served or bool(senders.get(Channel.WHATSAPP))
    rules.require(named, "senders must name one for WhatsApp")
    for channel, sender in senders.items():
        rule = EMAIL if channel == Channel.EMAIL else SENDER
        rules.match(f"senders[{channel!r}]", sender, rule)


def _loaded(rules: OptionRules, pem: str) -> RSAPrivateKey | None:
    if not pem:
        return None
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        rules.require(False, "private_key must be a key in PEM")  # noqa: FBT003 (it never holds)
        return None
    is_rsa = isinstance(key, RSAPrivateKey)
    rules.require(is_rsa, "private_key must be an RSA key")
    return key if isinstance(key, RSAPrivateKey) else None


def _is_fresh(claims: Mapping[str, Any], now: datetime) -> bool:
    at = now.timestamp()
    issued: Any = claims.get("iat")
    expires: Any = claims.get("exp", at + 1)
    if not all(isinstance(each, int | float) for each in (issued, expires)):
        return False
    # Compared and not subtracted: a number may be too large for that.
    slack = FRESH.total_seconds()
    return bool(at - slack <= issued <= at + slack and at < expires)


def _named(found: Mapping[str, Any]) -> str:
    """The parameter that is not valid: "to" and "from" of a step by their names, any other as
    "another parameter"; empty when none is named.

    An error may name the workflow as a whole; then its reason names the parameter, or the kind of
    address that it is.
    """
    named = ""
    for each in each_object(found.get("invalid_parameters")):
        name, reason = text(each.get("name")), text(each.get("reason"))
        for parameter in ("to", "from"):
            if re.fullmatch(rf"(.*\W)?{parameter}", name):
                return parameter
            if _WHOLE.fullmatch(name) and re.match(rf"\W*{parameter}\W", reason):
                return parameter
        if _WHOLE.fullmatch(name) and _UNREACHABLE.search(reason):
            return "to"
        named = "another parameter" if name else named
    return named
