"""Bird Verify (2026): the vendor makes the code, checks it, and knows a verification by its number.

A repeated start is a resend of the same verification; so each answer is compared with the id that
the delivery was started with, else the code of one action would prove another. There is no call
that cancels. The URL follows the region in the key; where a webhook names the verification is
not documented, so the places where the object itself has its id are read and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from otpguard.channels.base import (
    OutboundMessage,
    ReceiptFact,
    ReceiptState,
    Submission,
    Webhook,
)
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.channels.option_rules import OptionRule, OptionRules, visible
from otpguard.channels.remote_provider import RemoteProvider
from otpguard.channels.responses import (
    by_status,
    check_by_status,
    document,
    each_object,
    moment,
    number,
    text,
)
from otpguard.channels.signatures import standard
from otpguard.channels.vendor_answers.answer import Moment
from otpguard.channels.vendor_answers.bird import ANSWERS
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Outcome
from otpguard.core.secrets import same
from otpguard.transport.exchange import Request, Response, checked_url

FRESH = timedelta(minutes=5)
SERVED = frozenset({Channel.SMS, Channel.WHATSAPP, Channel.EMAIL})
EVENTS: Mapping[str, ReceiptState] = {
    "verify.attempt.sent": ReceiptState.SENT,
    "verify.attempt.delivered": ReceiptState.DELIVERED,
    "verify.attempt.undelivered": ReceiptState.FAILED,
    "verify.verification.verified": ReceiptState.DELIVERED,
}
_REFERENCE = re.compile(r"vrf_[0-9a-hjkmnp-tv-z]{26}")
SIGNING_KEY = OptionRule(r"(whsec_)?[A-Za-z0-9+/_-]+={0,2}", "whsec_ and base64")
_REGION = re.compile(r"bk_([a-z]{2}[0-9]+)_.+")


class Bird(RemoteProvider):
    """Serves `channels`, by default SMS. `api_key` names its region, or `base` is given.

    `webhook_secret` ("whsec_…") signs webhooks; without it there are no receipts. `digits` is the
    length of a code, 4 to 8. Raises ValueError.
    """

    def __init__(
        self,
        *,
        api_key: str,
        webhook_secret: str = "",
        channels: tuple[str, ...] | list[str] = ("sms",),
        digits: int = 6,
        base: str = "",
        connect: float = 3.0,
        read: float = 8.0,
    ) -> None:
        rules = OptionRules(connect=connect, read=read, base=base)
        served = rules.channels(channels, SERVED)
        rules.digits(digits)
        rules.match("api_key", api_key, visible("a key of Bird's, bk_ and its region first"))
        region = _REGION.fullmatch(str(api_key))
        named = bool(base) or region is not None
        rules.require(named, "api_key names no region: give the URL as base")
        rules.match_if_given("webhook_secret", webhook_secret, SIGNING_KEY)
        rules.check()
        super().__init__(connect=connect, read=read)
        base = base or f"https://{region[1] if region else ''}.platform.bird.com"
        self._verifications = checked_url(f"{base}/v1/verify/verifications")
        self._authorization = f"Bearer {api_key}"
        self._webhook_secret, self._digits = webhook_secret, digits
        self.capabilities = Capabilities(
            channels=served,
            receipts=bool(webhook_secret),
            webhooks=Webhooks.SIGNED if webhook_secret else Webhooks.UNSIGNED,
            remote=True,
            code_length=digits,
            codes_only=True,
        )

    def build_request(self, message: OutboundMessage) -> Request:
        """Start a verification over this one channel, or send its code again."""
        body = {
            "to": _to(message.channel, message.to),
            "options": {"code_length": self._digits, "channels": [message.channel.value]},
        }
        return self._post(self._verifications, body, {"Idempotency-Key": message.key})

    def parse_response(self, response: Response) -> Outcome:
        """What Bird made of it."""
        found = document(response.body)
        if response.is_success:
            outcome = ANSWERS.outcome(text(found.get("status")))
            if outcome is not None:
                return outcome
            reference = text(found.get("id"))
            if _REFERENCE.fullmatch(reference):
                return Accepted(reference=reference, route="verify")
        said = f"http {response.status}"
        for word in (*(f"{said}: {name}" for name in _named(found)), said):
            if (outcome := ANSWERS.outcome(word)) is not None:
                return outcome
        return by_status(response, "bird")

    def check_request(self, submitted: Submission) -> Request:
        """Ask about one code; Bird finds the verification by the number."""
        body = {"to": _to(submitted.channel, submitted.to), "code": submitted.code}
        return self._post(f"{self._verifications}/check", body, {})

    def parse_check(self, response: Response, submitted: Submission) -> CheckedCode:
        """Right for a success of this verification alone."""
        found = document(response.body)
        success, reason = found.get("success"), text(found.get("reason"))
        if not response.is_success or not isinstance(success, bool):
            return check_by_status(response, "bird")
        verification = found.get("verification")
        named = text(verification.get("id")) if isinstance(verification, dict) else ""
        if success:
            return Right() if named == submitted.reference else Gone()
        if reason == "expired":
            return Gone()
        left = number(found.get("attempts_remaining"))
        return Wrong(exhausted=reason == "attempts_exhausted" or left == 0)

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        """True when the webhook's secret signed it within FRESH (Standard Webhooks)."""
        message, stated = received.header("webhook-id"), received.header("webhook-timestamp")
        at = moment(stated)
        if not self._webhook_secret or not message or number(stated) is None or at is None:
            return False
        expected = standard(
            self._webhook_secret, message=message, timestamp=stated, body=received.body
        )
        given = received.header("webhook-signature").split(" ")
        matched = [same(each, expected) for each in given]
        return any(matched) and abs(now - at) <= FRESH

    def parse_receipt(self, received: Webhook) -> tuple[ReceiptFact, ...]:
        """What an event says about a message."""
        found = document(received.body)
        state = EVENTS.get(text(found.get("type")))
        data = found.get("data")
        if state is None or not isinstance(data, dict):
            return ()
        nested = data.get("verification")
        ids = (
            text(data.get("verification_id")),
            text(nested.get("id")) if isinstance(nested, dict) else "",
            text(data.get("id")),
        )
        reference = next((each for each in ids if _REFERENCE.fullmatch(each)), "")
        if not reference:
            return ()
        failure = None
        if state is ReceiptState.FAILED:
            failure = ANSWERS.failure(text(data.get("reason")), Moment.RECEIPT)
            failure = failure or Failure.LANDLINE_OR_UNREACHABLE
        at = moment(data.get("delivered_at")) or moment(found.get("timestamp"))
        carrier = text(data.get("carrier"))
        return (
            ReceiptFact(reference=reference, state=state, failure=failure, carrier=carrier, at=at),
        )

    def _post(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Request:
        usual = {"Authorization": self._authorization, "Content-Type": "application/json"}
        return Request(
            method="POST", url=url, headers={**usual, **headers}, body=json.dumps(body).encode()
        )


def _to(channel: Channel, to: str) -> dict[str, str]:
    return {"email" if channel is Channel.EMAIL else "phone_number": to}


def _named(found: Mapping[str, Any]) -> list[str]:
    """The parameters that an error is about: it stands in an envelope, or alone."""
    error = found.get("error")
    inner = error if isinstance(error, dict) else found
    details = [text(each.get("param")) for each in each_object(inner.get("details"))]
    return [*details, text(inner.get("param"))]
