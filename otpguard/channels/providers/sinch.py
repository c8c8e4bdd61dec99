"""Sinch Verification: SMS, a call that reads the code, a missed call, WhatsApp.

Sinch makes the code and checks it. A new start for a number aborts the one before, so there is
nothing to cancel. Requests and callbacks are signed alike ("application signed request"). Codes of
ours would need an answer to a synchronous callback before each message, which is not used: a
callback that asks whether a verification may start is answered with yes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit

from otpguard.channels.answers import (
    by_status,
    check_by_status,
    document,
    micros,
    moment,
    text,
)
from otpguard.channels.base import (
    OutboundMessage,
    ReceiptFact,
    ReceiptState,
    Submission,
    Webhook,
)
from otpguard.channels.remote_provider import RemoteProvider
from otpguard.channels.signatures import decoded, sinch
from otpguard.core.assurance import Channel
from otpguard.core.checked import Checked, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Outcome, Unavailable, failed
from otpguard.core.secrets import same
from otpguard.transport.exchange import Request, Response, checked_address

FOR_DEVELOPMENT = False

JSON = "application/json; charset=UTF-8"
FRESH = timedelta(minutes=5)
"""How far the time of a callback may be from ours."""

VOICE = frozenset({"callout", "flashcall"})
REPORTED: Mapping[str, tuple[str, str]] = {
    "sms": ("sms", "code"),
    "whatsapp": ("whatsapp", "code"),
    "callout": ("callout", "code"),
    "flashcall": ("flashCall", "cli"),
}
"""Where the report of a method carries what was typed; of a missed call, who called."""

REASONS: Mapping[str, Failure] = {
    "Fraud": Failure.FRAUD_BLOCKED,
    "Blocked": Failure.FRAUD_BLOCKED,
    "Not enough credit": Failure.BALANCE,
    "Denied by callback": Failure.AUTH_CONFIG,
    "Invalid callback": Failure.AUTH_CONFIG,
    "Internal error": Failure.TRANSIENT,
    "Destination denied": Failure.GEO_BLOCKED,
    "Network error or number unreachable": Failure.LANDLINE_OR_UNREACHABLE,
    "Failed pending": Failure.EXPIRED_OR_GONE,
    "SMS delivery failure": Failure.CARRIER_FILTERED,
    "Invalid CLI": Failure.WRONG_CODE,
    "Invalid code": Failure.WRONG_CODE,
    "Expired": Failure.EXPIRED_OR_GONE,
    "Hung up without entering valid code": Failure.WRONG_CODE,
}
STATUSES: Mapping[str, Failure] = {
    "FAIL": Failure.CHECKS_EXHAUSTED,
    "DENIED": Failure.FRAUD_BLOCKED,
    "ABORTED": Failure.EXPIRED_OR_GONE,
    "ERROR": Failure.LANDLINE_OR_UNREACHABLE,
}
"""What a status means that comes without a reason, or with one that is not known."""

NOT_DELIVERY = frozenset(
    {Failure.WRONG_CODE, Failure.CHECKS_EXHAUSTED, Failure.EXPIRED_OR_GONE, Failure.AUTH_CONFIG}
)
"""What says nothing about whether the message arrived."""

_NONE: Mapping[str, str] = MappingProxyType({})


class Sinch(RemoteProvider):
    """Serves `channels`, by default SMS and voice. `key` and `secret` are of the application.

    `voice` is "callout", a call that reads the code, or "flashcall", a missed call whose number is
    the code. `callbacks` says that the application's callback address is ours: then SMS are
    reported. `locales` maps language tags to Sinch's. Raises ValueError.
    """

    polls = True

    def __init__(
        self,
        *,
        key: str,
        secret: str,
        channels: tuple[str, ...] | list[str] = ("sms", "voice"),
        voice: str = "callout",
        callbacks: bool = False,
        locales: Mapping[str, str] = _NONE,
        base: str = "https://verification.api.sinch.com",
        connect: float = 3.0,
        read: float = 8.0,
    ) -> None:
        super().__init__(connect=connect, read=read)
        self.channels = frozenset(Channel(channel) for channel in channels)
        if Channel.EMAIL in self.channels:
            raise ValueError("Sinch Verification sends no mail")
        if voice not in VOICE:
            raise ValueError('voice is "callout" or "flashcall"')
        decoded(secret)
        self.receipts = callbacks
        self._key, self._secret, self._locales = key, secret, dict(locales)
        self._verifications = checked_address(f"{base}/verification/v1/verifications")
        self._methods = {
            Channel.SMS: "sms",
            Channel.WHATSAPP: "whatsapp",
            Channel.VOICE: voice,
        }

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
        if response.status < 300:  # noqa: PLR2004
            failure = _failure(found)
            if failure is not None:
                return failed(failure, reason=f"sinch: {failure}")
            if reference := text(found.get("id")):
                return Accepted(reference=reference, route="verify")
        if response.status == 400:  # noqa: PLR2004
            return failed(Failure.INVALID_NUMBER, reason="sinch: http 400")
        return by_status(response, "sinch")

    def check_request(self, submitted: Submission) -> Request:
        """Report one code, or the number of a missed call."""
        method = self._methods[submitted.channel]
        block, name = REPORTED[method]
        return Request(
            method="PUT",
            url=self._one(submitted.reference),
            headers={"Content-Type": JSON},
            body=json.dumps({"method": method, block: {name: submitted.code}}).encode(),
        )

    def parse_check(self, response: Response, submitted: Submission) -> Checked:
        """Right for SUCCESSFUL, and for this verification alone."""
        found = document(response.body)
        status = text(found.get("status"))
        if response.status >= 300 or not status:  # noqa: PLR2004
            return check_by_status(response, "sinch")
        if status == "SUCCESSFUL":
            return Right() if text(found.get("id")) == submitted.reference else Gone()
        if status == "PENDING":
            return Wrong()
        failure = _failure(found)
        if failure is None:
            return check_by_status(response, "sinch")
        if failure is Failure.WRONG_CODE:
            return Wrong()
        if failure is Failure.CHECKS_EXHAUSTED:
            return Wrong(exhausted=True)
        outcome = failed(failure, reason=f"sinch: {failure}")
        return outcome if isinstance(outcome, Unavailable) else Gone(failure=failure)

    def authorize(self, request: Request, *, now: datetime) -> Request:
        """Signed for this moment."""
        timestamp = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        signature = sinch(
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
        expected = sinch(
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
                state, failure = ReceiptState.FAILED, Failure.CARRIER_FILTERED
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


def _result(found: Mapping[str, Any]) -> tuple[ReceiptState | None, Failure | None]:
    """What a result says about whether the message arrived."""
    failure = _failure(found)
    if text(found.get("status")) == "SUCCESSFUL":
        return ReceiptState.DELIVERED, None
    if failure is not None and failure not in NOT_DELIVERY:
        return ReceiptState.FAILED, failure
    return None, None


def _fact(found: Mapping[str, Any], state: ReceiptState, failure: Failure | None) -> ReceiptFact:
    price = found.get("price")
    priced = price if isinstance(price, dict) else {}
    return ReceiptFact(
        reference=text(found.get("id")),
        state=state,
        failure=failure,
        cost_micros=micros(priced.get("amount"), priced.get("currencyId")),
    )


def _failure(found: Mapping[str, Any]) -> Failure | None:
    """What status and reason say; None while nothing has failed."""
    status = text(found.get("status"))
    if status not in STATUSES:
        return None
    return REASONS.get(text(found.get("reason")), STATUSES[status])


def _clock(seconds: int) -> str:
    """HH:MM:SS."""
    minutes, rest = divmod(min(seconds, 24 * 3600 - 1), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}"
