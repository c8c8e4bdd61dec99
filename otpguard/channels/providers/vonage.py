"""Vonage Verify v2 with our own code: a workflow of exactly one step, so that fallback stays ours.

Vonage words the message. It tells when a step failed or was blocked and when the code was proven,
but not when the message arrived, so it counts as a route without receipts. A code proven here is
reported back, and what is given up is deleted: else Vonage sees no conversion and blocks the
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

from otpguard.channels.answers import by_status, document, each_object, moment, retry_after, text
from otpguard.channels.base import OutboundMessage, ReceiptFact, ReceiptState, Webhook
from otpguard.channels.http_provider import HttpProvider
from otpguard.channels.signatures import basic, hs256_claims, rs256
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Outcome, failed
from otpguard.core.secrets import same
from otpguard.transport.exchange import Request, Response, checked_address

FOR_DEVELOPMENT = False

TIMEOUT = (15, 900)
"""The shortest and the longest life of a step, in seconds."""

FRESH = timedelta(minutes=5)
"""How far the time in a callback's token may be from ours."""

TOKEN_LIFE = timedelta(minutes=5)

CLOSING: Mapping[int, Failure] = {
    400: Failure.WRONG_CODE,
    404: Failure.EXPIRED_OR_GONE,
    410: Failure.CHECKS_EXHAUSTED,
}
STATES: Mapping[str, tuple[ReceiptState, Failure | None]] = {
    "completed": (ReceiptState.DELIVERED, None),
    "failed": (ReceiptState.FAILED, Failure.LANDLINE_OR_UNREACHABLE),
    "rejected": (ReceiptState.FAILED, Failure.OPTED_OUT),
    "user_rejected": (ReceiptState.FAILED, Failure.OPTED_OUT),
    "blocked": (ReceiptState.FAILED, Failure.FRAUD_BLOCKED),
}
"""The states that tell something. One that expired says only that nobody typed the code there."""

_NONE: Mapping[str, str] = MappingProxyType({})


class Vonage(HttpProvider):
    """Serves `channels`, by default SMS and voice. `senders` names the sender of each channel where
    one is wanted; WhatsApp needs one.

    Calls are made as an application (`application_id` and its `private_key` in PEM), which
    callbacks need, or with `api_key` and `api_secret`. `signature_secret` signs callbacks. `brand`
    is what the message says, 16 characters at most. Raises ValueError.
    """

    codes_only = True
    ends = True

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
        super().__init__(connect=connect, read=read)
        if not 1 <= len(brand) <= 16:  # noqa: PLR2004
            raise ValueError("brand has 1 to 16 characters")
        if bool(application_id and private_key) == bool(api_key and api_secret):
            raise ValueError("name an application and its private key, or a key and its secret")
        self.channels = frozenset(Channel(channel) for channel in channels)
        if Channel.WHATSAPP in self.channels and not senders.get("whatsapp"):
            raise ValueError("WhatsApp needs a sender")
        self._url = checked_address(f"{base}/v2/verify")
        self._brand, self._senders = brand, dict(senders)
        self._locale, self._locales = locale, dict(locales)
        self._application, self._api_key = application_id, api_key
        self._basic = basic(api_key, api_secret) if api_key else ""
        self._key = _loaded(private_key) if private_key else None
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
        if response.status < 300:  # noqa: PLR2004
            reference = text(found.get("request_id"))
            if reference:
                return Accepted(reference=reference, route="verify")
        if response.status == 422:  # noqa: PLR2004
            named = [
                text(each.get("name")) for each in each_object(found.get("invalid_parameters"))
            ]
            is_number = any(re.fullmatch(r"(.*\W)?to", name) for name in named)
            failure = Failure.INVALID_NUMBER if is_number else Failure.AUTH_CONFIG
            return failed(failure, reason="vonage: http 422", retry_after=retry_after(response))
        if response.status == 400:  # noqa: PLR2004 (we wrote something it does not know)
            return failed(Failure.AUTH_CONFIG, reason="vonage: http 400")
        return by_status(response, "vonage")

    def cancel_request(self, reference: str) -> Request:
        """Delete the verification."""
        return self._authorized(Request(method="DELETE", url=self._one(reference)))

    def confirm_request(self, reference: str, code: Code) -> Request:
        """Check the right code there as well."""
        return self._post(self._one(reference), {"code": code.digits})

    def parse_closing(self, response: Response) -> Failure | None:
        """What the answer to a cancel or confirm means."""
        return CLOSING.get(response.status) or super().parse_closing(response)

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
        known = [STATES[word] for word in said if word in STATES]
        if not reference or not known:
            return ()
        state, failure = known[0]
        if "blocked" in said:
            state, failure = STATES["blocked"]
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


def _loaded(pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        raise ValueError("private_key is not a key in PEM") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("private_key is not an RSA key")
    return key


def _is_fresh(claims: Mapping[str, Any], now: datetime) -> bool:
    at = now.timestamp()
    issued: Any = claims.get("iat")
    expires: Any = claims.get("exp", at + 1)
    if not all(isinstance(each, int | float) for each in (issued, expires)):
        return False
    # Compared and not subtracted: a number may be too large for that.
    slack = FRESH.total_seconds()
    return bool(at - slack <= issued <= at + slack and at < expires)
