"""MessageBird's legacy Verify: the vendor makes the code and checks it, over SMS or e-mail.

A verification can be deleted. Its reports name a message and not the verification, so it is a route
without receipts; how far the verification has come can be asked. Messages with a code of ours
(`template`) and spoken ones are not documented well enough to be used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from otpguard.channels.answers import (
    by_status,
    check_by_status,
    document,
    each_object,
    number,
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
from otpguard.channels.signatures import hmac_claims
from otpguard.core.assurance import Channel
from otpguard.core.checked import Checked, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Outcome, failed
from otpguard.core.secrets import same
from otpguard.transport.exchange import Request, Response, checked_address

FOR_DEVELOPMENT = False

NOT_FOUND = 20
STATES: Mapping[str, ReceiptState] = {
    "sent": ReceiptState.SENT,
    "verified": ReceiptState.DELIVERED,
    "failed": ReceiptState.FAILED,
}
"""The states that tell something. One that expired or was deleted tells nothing of its message."""

ISSUER, LEEWAY = "MessageBird", 1
"""Who signs webhooks, and the seconds that the times in a token may be off."""


class MessageBird(RemoteProvider):
    """Serves `channels`, by default SMS. `originator` is the sender; mail needs one.

    `signing_key` signs webhooks. Raises ValueError.
    """

    ends = True
    polls = True

    def __init__(
        self,
        *,
        access_key: str,
        originator: str = "",
        signing_key: str = "",
        channels: tuple[str, ...] | list[str] = ("sms",),
        base: str = "https://rest.messagebird.com",
        connect: float = 3.0,
        read: float = 8.0,
    ) -> None:
        super().__init__(connect=connect, read=read)
        self.channels = frozenset(Channel(channel) for channel in channels)
        if not self.channels <= {Channel.SMS, Channel.EMAIL}:
            raise ValueError("MessageBird Verify serves SMS and e-mail")
        if Channel.EMAIL in self.channels and not originator:
            raise ValueError("e-mail needs an originator")
        self._verify = checked_address(f"{base}/verify")
        self._headers = {"Authorization": f"AccessKey {access_key}"}
        self._originator, self._signing_key = originator, signing_key

    def build_request(self, message: OutboundMessage) -> Request:
        """Start a verification."""
        body = {"recipient": message.to.removeprefix("+")}
        if message.channel is Channel.EMAIL:
            body["type"] = "email"
        if self._originator:
            body["originator"] = self._originator
        headers = {**self._headers, "Content-Type": "application/json"}
        raw = json.dumps(body).encode()
        return Request(method="POST", url=self._verify, headers=headers, body=raw)

    def parse_response(self, response: Response) -> Outcome:
        """What MessageBird made of it."""
        found = document(response.body)
        errors = each_object(found.get("errors"))
        reference = text(found.get("id"))
        if response.status < 300 and reference and not errors:  # noqa: PLR2004
            return Accepted(reference=reference, route="verify")
        if any(number(each.get("code")) == NOT_FOUND for each in errors):
            return failed(Failure.EXPIRED_OR_GONE, reason="messagebird 20")
        if any(each.get("parameter") == "recipient" for each in errors):
            return failed(Failure.INVALID_NUMBER, reason="messagebird: the recipient")
        return by_status(response, "messagebird")

    def check_request(self, submitted: Submission) -> Request:
        """Ask about one code."""
        url = f"{self._one(submitted.reference)}?{urlencode({'token': submitted.code})}"
        return Request(method="GET", url=url, headers=self._headers)

    def parse_check(self, response: Response, submitted: Submission) -> Checked:
        """Right when this verification says that it is verified."""
        found = document(response.body)
        errors = each_object(found.get("errors"))
        if any(number(each.get("code")) == NOT_FOUND for each in errors):
            return Gone()
        status = text(found.get("status"))
        if response.status >= 300 or not status:  # noqa: PLR2004
            return check_by_status(response, "messagebird")
        if status != "verified" or errors:
            return Wrong()
        return Right() if text(found.get("id")) == submitted.reference else Gone()

    def cancel_request(self, reference: str) -> Request:
        """Delete the verification."""
        return Request(method="DELETE", url=self._one(reference), headers=self._headers)

    def build_status(self, reference: str) -> Request:
        """Look at the verification, without a code."""
        return Request(method="GET", url=self._one(reference), headers=self._headers)

    def parse_status(self, response: Response) -> ReceiptFact | None:
        """How far it has come."""
        found = document(response.body)
        state = STATES.get(text(found.get("status")))
        if state is None or found.get("errors"):
            return None
        failure = Failure.CHANNEL_UNAVAILABLE if state is ReceiptState.FAILED else None
        return ReceiptFact(reference=text(found.get("id")), state=state, failure=failure)

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        """True when the signing key signed a token, for now, for this address and this body.

        After MessageBird's own library. A token without a digest of the body is good for an empty
        body alone, and one with it for no empty body.
        """
        token = received.header("MessageBird-Signature-JWT").strip()
        claims = hmac_claims(token, self._signing_key) if self._signing_key else None
        if claims is None or claims.get("iss") != ISSUER or not _holds(claims, now):
            return False
        address = sha256(received.url.encode(errors="surrogatepass")).hexdigest()
        body = sha256(received.body).hexdigest() if received.body else ""
        is_its_address = same(str(claims.get("url_hash", "")), address)
        is_its_body = same(str(claims.get("payload_hash") or ""), body)
        return is_its_address and is_its_body

    def _one(self, reference: str) -> str:
        return f"{self._verify}/{quote(reference, safe='')}"


def _holds(claims: Mapping[str, Any], now: datetime) -> bool:
    begins: Any = claims.get("nbf")
    ends: Any = claims.get("exp")
    at = now.timestamp()
    for each in (begins, ends):
        if isinstance(each, bool) or not isinstance(each, int | float):
            return False
    # Compared and not subtracted: a number may be too large for that.
    return bool(begins <= at + LEEWAY and at - LEEWAY < ends)
