"""Sinch Verification: SMS, a call that reads the code, a missed call, WhatsApp.

Sinch makes the code and checks it. A new start for a number aborts the one before, so there is
nothing to cancel. Requests and callbacks are signed alike ("application signed request"). Codes of
ours would need an answer to a synchronous callback before each message, which is not used: a
callback that asks whether a verification may start is answered with yes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit

from otpguard.channels.base import (
    OutboundMessage,
    ReceiptFact,
    ReceiptState,
    Submission,
    Webhook,
)
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.channels.option_rules import OptionRule, OptionRules
from otpguard.channels.providers.sinch_prices import cost_of
from otpguard.channels.remote_provider import RemoteProvider
from otpguard.channels.responses import (
    by_status,
    check_by_status,
    document,
    moment,
    number,
    text,
)
from otpguard.channels.signatures import decoded
from otpguard.channels.vendor_answers.answer import Moment
from otpguard.channels.vendor_answers.sinch import ANSWERS
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable
from otpguard.core.secrets import same
from otpguard.transport.exchange import Request, Response, checked_url

JSON = "application/json; charset=UTF-8"
FRESH = timedelta(minutes=5)
"""How far the time of a callback may be from ours."""

VOICE = frozenset({"callout", "flashcall"})
SUBMITTED: Mapping[str, tuple[str, str]] = {
    "sms": ("sms", "code"),
    "whatsapp": ("whatsapp", "code"),
    "callout": ("callout", "code"),
    "flashcall": ("flashCall", "cli"),
}
"""Where the check of a method carries what was typed; of a missed call, who called."""

FAILED = frozenset({"FAIL", "DENIED", "ABORTED", "ERROR"})
"""The statuses of a verification that has failed."""

NOT_DELIVERY = frozenset(
    {Failure.WRONG_CODE, Failure.CHECKS_EXHAUSTED, Failure.EXPIRED_OR_GONE, Failure.AUTH_CONFIG}
)
"""What says nothing about whether the message arrived."""

KEY = OptionRule(r"[!-9;-~]+", "the key of the application, without a colon")
APPLICATION_SECRET = OptionRule(r"[A-Za-z0-9+/_-]+={0,2}", "base64")
LOCALE = OptionRule(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language tag, like de-DE")

_NONE: Mapping[str, str] = MappingProxyType({})


class Sinch(RemoteProvider):
    """Serves `channels`, by default SMS and voice. `key` and `secret` are of the application.

    `digits` is the length of code that the application is set to, 4 to 8; while it is 0, unknown,
    codes serve AAL1 alone. `voice` is "callout", a call that reads the code, or "flashcall", a
    missed call whose number is the code and which has no `digits`. `callbacks` says that the
    application's callback URL is ours: then SMS have receipts. `locales` maps language tags to
    Sinch's. Raises ValueError.
    """

    def __init__(
        self,
        *,
        key: str,
        secret: str,
        channels: tuple[str, ...] | list[str] = ("sms", "voice"),
        digits: int = 0,
        voice: str = "callout",
        callbacks: bool = False,
        locales: Mapping[str, str] = _NONE,
        base: str = "https://verification.api.sinch.com",
        connect: float = 3.0,
        read: float = 8.0,
    ) -> None:
        rules = OptionRules(connect=connect, read=read, base=base)
        served = rules.channels(channels, {Channel.SMS, Channel.VOICE, Channel.WHATSAPP})
        rules.match("key", key, KEY)
        rules.match("secret", secret, APPLICATION_SECRET)
        rules.require(voice in VOICE, 'voice must be "callout" or "flashcall"')
        rules.flag("callbacks", callbacks)
        if digits:
            rules.digits(digits)
        rules.match_each("locales", locales, LOCALE)
        missed_call = Channel.VOICE in served and voice == "flashcall"
        rules.require(not (digits and missed_call), "digits must be 0 beside missed calls")
        rules.check()
        super().__init__(connect=connect, read=read)
        self.capabilities = Capabilities(
            channels=served,
            receipts=callbacks,
            webhooks=Webhooks.SIGNED,
            polls=True,
            remote=True,
            code_length=digits,
            codes_only=True,
        )
        self._key, self._secret, self._locales = key, secret, dict(locales)
        self._verifications = checked_url(f"{base}/verification/v1/verifications")
        self._methods = {Channel.SMS: "sms", Channel.WHATSAPP: "whatsapp", Channel.VOICE: voice}

    def build_request(self, message: OutboundMessage) -> Request:
        """Start a verification over this one channel. `reference` names the delivery."""
        method = self._methods[message.channel]
        locale = self._locales.get(message.language, "")
        body: dict[str, Any] = {
            "identity": {"type": "number", "endpoint": message.to},
            "method": method,
            "reference": message.key,
        }
        if method == "sms":
            body["smsOptions"] = {"codeType": "Numeric"}
            if message.lifetime:
                body["smsOptions"]["expiry"] = _clock(message.lifetime)
        elif method == "whatsapp":
            body["whatsappOptions"] = {"codeType": "Numeric"}
        elif method == "callout" and locale:
            body["calloutOptions"] = {"speech": {"locale": locale}}
        headers = {"Content-Type": JSON}
        if locale:
            headers["Accept-Language"] = locale
        raw = json.dumps(body).encode()
        return Request(method="POST", url=self._verifications, headers=headers, body=raw)

    def parse_response(self, response: Response) -> Outcome:
        """What Sinch made of it."""
        found = document(response.body)
        if response.is_success:
            outcome = _outcome(found, Moment.SEND)
            if outcome is not None:
                return outcome
            if reference := text(found.get("id")):
                return Accepted(reference=reference, route="verify")
        for word in (number(found.get("errorCode")), f"http {response.status}"):
            if (outcome := ANSWERS.outcome(word)) is not None:
                return outcome
        return by_status(response, "sinch")

    def check_request(self, submitted: Submission) -> Request:
        """Submit one code, or the number of a missed call."""
        method = self._methods[submitted.channel]
        block, name = SUBMITTED[method]
        return Request(
            method="PUT",
            url=self._one(submitted.reference),
            headers={"Content-Type": JSON},
            body=json.dumps({"method": method, block: {name: submitted.code}}).encode(),
        )

    def parse_check(self, response: Response, submitted: Submission) -> CheckedCode:
        """Right for SUCCESSFUL, and for this verification alone."""
        found = document(response.body)
        status = text(found.get("status"))
        if not response.is_success or not status:
            return check_by_status(response, "sinch")
        if status == "SUCCESSFUL":
            return Right() if text(found.get("id")) == submitted.reference else Gone()
        if status == "PENDING":
            return Wrong()
        outcome = _outcome(found, Moment.CHECK)
        if outcome is None:
            return check_by_status(response, "sinch")
        if isinstance(outcome, Unavailable):
            return outcome
        if outcome.failure in {Failure.WRONG_CODE, Failure.CHECKS_EXHAUSTED}:
            return Wrong(exhausted=outcome.failure is Failure.CHECKS_EXHAUSTED)
        return Gone(failure=outcome.failure)

    def authorize(self, request: Request, *, now: datetime) -> Request:
        """Signed for this moment."""
        timestamp = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        signature = signature_of(
            self._secret,
            method=request.method,
            path=urlsplit(request.url).path,
            content_type=request.headers.get("Content-Type", ""),
            timestamp=timestamp,
            body=request.body,
        )
        signed = {
            "Authorization": f"Application {self._key}:{signature}",
            "x-timestamp": timestamp,
        }
        return replace(request, headers={**request.headers, **signed})

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        """True when our application's secret signed this request within FRESH.

        Only the signature is taken: a callback that comes with the secret itself is not.
        """
        kind, _, given = received.header("Authorization").partition(" ")
        key, _, signature = given.strip().partition(":")
        timestamp = received.header("x-timestamp")
        at = moment(timestamp)
        if kind.lower() != "application" or at is None or abs(now - at) > FRESH:
            return False
        expected = signature_of(
            self._secret,
            method=received.method,
            path=urlsplit(received.url).path,
            content_type=received.header("Content-Type"),
            timestamp=timestamp,
            body=received.body,
        )
        return same(signature, expected) and same(key, self._key)

    def parse_receipt(self, received: Webhook) -> tuple[ReceiptFact, ...]:
        """What became of an SMS, and what a result says about the delivery."""
        found = document(received.body)
        reference, event = text(found.get("id")), text(found.get("event"))
        state, failure = None, None
        if event == "VerificationSmsDeliveredEvent":
            said = text(found.get("smsResult"))
            if said == "Successful":
                state = ReceiptState.DELIVERED
            elif said == "Failed":
                state = ReceiptState.FAILED
                failure = ANSWERS.failure(f"smsResult {said}", Moment.RECEIPT)
        elif event == "VerificationResultEvent":
            state, failure = _result(found)
        return (_fact(found, state, failure),) if reference and state else ()

    def build_status(self, reference: str) -> Request:
        """Ask for the result of a verification."""
        return Request(method="GET", url=self._one(reference), headers={"Content-Type": JSON})

    def parse_status(self, response: Response) -> ReceiptFact | None:
        """What the result says about the delivery: a pending one says nothing."""
        found = document(response.body)
        state, failure = _result(found)
        return None if state is None else _fact(found, state, failure)

    def handshake(self, received: Webhook) -> str | None:
        """Yes, to the question whether a verification may start."""
        if document(received.body).get("event") != "VerificationRequestEvent":
            return None
        return json.dumps({"action": "allow"})

    def _one(self, reference: str) -> str:
        return f"{self._verifications}/id/{quote(reference, safe='')}"


def signature_of(
    secret: str, *, method: str, path: str, content_type: str, timestamp: str, body: bytes
) -> str:
    """Base64 of HMAC-SHA256 over method, digest of the body, its type, the time and the path.

    `secret` is base64 in either alphabet. Raises ValueError for one that is not.
    """
    digest = hashlib.md5(body, usedforsecurity=False).digest()
    stated = b64encode(digest).decode() if body else ""
    signed = "\n".join((method, stated, content_type, f"x-timestamp:{timestamp}", path))
    raw = signed.encode(errors="surrogatepass")
    return b64encode(hmac.new(decoded(secret), raw, hashlib.sha256).digest()).decode()


def _result(found: Mapping[str, Any]) -> tuple[ReceiptState | None, Failure | None]:
    """What a result says about whether the message arrived."""
    outcome = _outcome(found, Moment.RECEIPT)
    if text(found.get("status")) == "SUCCESSFUL":
        return ReceiptState.DELIVERED, None
    if outcome is not None and outcome.failure not in NOT_DELIVERY:
        return ReceiptState.FAILED, outcome.failure
    return None, None


def _fact(found: Mapping[str, Any], state: ReceiptState, failure: Failure | None) -> ReceiptFact:
    return ReceiptFact(
        reference=text(found.get("id")),
        state=state,
        failure=failure,
        cost_micros=cost_of(found.get("price")),
        key=text(found.get("reference")),
    )


def _outcome(found: Mapping[str, Any], at: Moment) -> Refused | Unavailable | None:
    """What status and reason say; None while nothing has failed."""
    status = text(found.get("status"))
    if status not in FAILED:
        return None
    return ANSWERS.outcome(text(found.get("reason")), at) or ANSWERS.outcome(status, at)


def _clock(seconds: int) -> str:
    """HH:MM:SS."""
    minutes, rest = divmod(min(seconds, 24 * 3600 - 1), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}"
