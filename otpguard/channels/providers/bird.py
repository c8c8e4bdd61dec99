"""Bird Verify (2026): the vendor makes the code, checks it, and knows a verification by its number.

A repeated start is a resend of the same verification; so each answer is held against the id that
the delivery was started with, else the code of one action would prove another. There is no call
that cancels. The address follows the region in the key; where a webhook names the verification is
not documented, so the places where the object itself has its id are read and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from otpguard.channels.answers import (
    by_status,
    check_by_status,
    document,
    moment,
    number,
    retry_after,
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
from otpguard.channels.signatures import decoded, standard
from otpguard.core.assurance import Channel
from otpguard.core.checked import Checked, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, failed
from otpguard.core.secrets import same
from otpguard.transport.exchange import Request, Response, checked_address

FOR_DEVELOPMENT = False

FRESH = timedelta(minutes=5)
SERVED = frozenset({Channel.SMS, Channel.WHATSAPP, Channel.EMAIL})
STATUSES: Mapping[str, Failure] = {
    "blocked": Failure.FRAUD_BLOCKED,
    "failed": Failure.CHANNEL_UNAVAILABLE,
    "expired": Failure.EXPIRED_OR_GONE,
    "canceled": Failure.EXPIRED_OR_GONE,
    "verified": Failure.EXPIRED_OR_GONE,
}
UNDELIVERED: Mapping[str, Failure] = {
    "carrier_rejected": Failure.CARRIER_FILTERED,
    "hard_bounce": Failure.INVALID_NUMBER,
    "soft_bounce": Failure.LANDLINE_OR_UNREACHABLE,
    "undelivered": Failure.LANDLINE_OR_UNREACHABLE,
    "delivery_timeout": Failure.LANDLINE_OR_UNREACHABLE,
    "channel_unavailable": Failure.CHANNEL_UNAVAILABLE,
    "channel_disabled": Failure.CHANNEL_UNAVAILABLE,
}
EVENTS: Mapping[str, ReceiptState] = {
    "verify.attempt.sent": ReceiptState.SENT,
    "verify.attempt.delivered": ReceiptState.DELIVERED,
    "verify.attempt.undelivered": ReceiptState.FAILED,
    "verify.verification.verified": ReceiptState.DELIVERED,
}
_REFERENCE = re.compile(r"vrf_[0-9a-hjkmnp-tv-z]{26}")
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
        super().__init__(connect=connect, read=read)
        self.channels = frozenset(Channel(channel) for channel in channels)
        if not self.channels <= SERVED:
            raise ValueError("Bird Verify serves SMS, WhatsApp and e-mail")
        if not 4 <= digits <= 8:  # noqa: PLR2004
            raise ValueError("a code has 4 to 8 digits")
        region = _REGION.fullmatch(api_key)
        if not base and region is None:
            raise ValueError("the key names no region: give the base address")
        if webhook_secret:
            decoded(webhook_secret.removeprefix("whsec_"))
        base = base or f"https://{region[1] if region else ''}.platform.bird.com"
        self._verifications = checked_address(f"{base}/v1/verify/verifications")
        self._authorization = f"Bearer {api_key}"
        self._webhook_secret, self._digits = webhook_secret, digits
        self.receipts = bool(webhook_secret)

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
        if response.status < 300:  # noqa: PLR2004
            failure = STATUSES.get(text(found.get("status")))
            if failure is not None:
                return failed(failure, reason=f"bird: {failure}")
            reference = text(found.get("id"))
            if _REFERENCE.fullmatch(reference):
                return Accepted(reference=reference, route="verify")
        if response.status == 422:  # noqa: PLR2004
            return Refused(reason="bird: http 422", failure=Failure.INVALID_NUMBER)
        if response.status == 429 and (wait := retry_after(response)) is not None:  # noqa: PLR2004
            return failed(Failure.RATE_LIMITED, reason="bird: http 429", retry_after=wait)
        return by_status(response, "bird")

    def check_request(self, submitted: Submission) -> Request:
        """Ask about one code; Bird finds the verification by the number."""
        body = {"to": _to(submitted.channel, submitted.to), "code": submitted.code}
        return self._post(f"{self._verifications}/check", body, {})

    def parse_check(self, response: Response, submitted: Submission) -> Checked:
        """Right for a success of this verification alone."""
        found = document(response.body)
        success, reason = found.get("success"), text(found.get("reason"))
        if response.status >= 300 or not isinstance(success, bool):  # noqa: PLR2004
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
            failure = UNDELIVERED.get(text(data.get("reason")), Failure.LANDLINE_OR_UNREACHABLE)
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
