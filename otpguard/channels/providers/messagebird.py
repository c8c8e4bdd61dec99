"""MessageBird's legacy Verify: the vendor makes the code and checks it, over SMS or e-mail.

A verification can be deleted. Its receipts name a message and not the verification, so it is a
route without receipts; how far the verification has come can be asked. Messages with a code of ours
(`template`) and spoken ones are not documented well enough to be used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

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
    number,
    text,
)
from otpguard.channels.signatures import hmac_claims
from otpguard.channels.vendor_answers.answer import Moment
from otpguard.channels.vendor_answers.messagebird import ANSWERS
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable
from otpguard.core.secrets import same
from otpguard.transport.exchange import Request, Response, checked_url

DIGITS = 6
"""The length of a code where, as here, none is asked for."""

STATES: Mapping[str, ReceiptState] = {
    "sent": ReceiptState.SENT,
    "verified": ReceiptState.DELIVERED,
    "failed": ReceiptState.FAILED,
}
"""The states that say something about the message; expired and deleted do not."""

ISSUER, LEEWAY = "MessageBird", 1
"""Who signs webhooks, and the seconds that the times in a token may be off."""

ORIGINATOR = OptionRule(
    r"\+?\d{3,17}|[A-Za-z0-9 ]{1,11}", "a number, or 11 letters and digits at most"
)
EMAIL = OptionRule(r"[^@\s]+@[^@\s]+", "an e-mail address, where e-mail is served")


class MessageBird(RemoteProvider):
    """Serves `channels`, by default SMS. `originator` is the sender; e-mail needs one.

    `signing_key` signs webhooks. Raises ValueError.
    """

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
        rules = OptionRules(connect=connect, read=read, base=base)
        served = rules.channels(channels, {Channel.SMS, Channel.EMAIL})
        rules.match("access_key", access_key, visible("an access key"))
        rules.match_if_given("signing_key", signing_key, visible("a signing key"))
        if Channel.EMAIL in served:
            rules.match("originator", originator, EMAIL)
        else:
            rules.match_if_given("originator", originator, ORIGINATOR)
        rules.check()
        super().__init__(connect=connect, read=read)
        self.capabilities = Capabilities(
            channels=served,
            webhooks=Webhooks.SIGNED if signing_key else Webhooks.NONE,
            polls=True,
            closes=True,
            remote=True,
            code_length=DIGITS,
            codes_only=True,
        )
        self._verify = checked_url(f"{base}/verify")
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
        if response.is_success and reference and not errors:
            return Accepted(reference=reference, route="verify")
        return _known(errors, Moment.SEND) or by_status(response, "messagebird")

    def check_request(self, submitted: Submission) -> Request:
        """Ask about one code."""
        url = f"{self._one(submitted.reference)}?{urlencode({'token': submitted.code})}"
        return Request(method="GET", url=url, headers=self._headers)

    def parse_check(self, response: Response, submitted: Submission) -> CheckedCode:
        """Right when this verification says that it is verified."""
        found = document(response.body)
        errors = each_object(found.get("errors"))
        known = _known(errors, Moment.CHECK)
        if isinstance(known, Unavailable):
            return known
        if known is not None:
            return Gone()
        status = text(found.get("status"))
        if not response.is_success or not status:
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
        failed = state is ReceiptState.FAILED
        failure = ANSWERS.failure("failed", Moment.RECEIPT) if failed else None
        return ReceiptFact(reference=text(found.get("id")), state=state, failure=failure)

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        """True when the signing key signed a token, for now, for this URL and this body.

        After MessageBird's own library. A token without a digest of the body is valid only for an
        empty body, and one with a digest only for a body that is not empty.
        """
        token = received.header("MessageBird-Signature-JWT").strip()
        claims = hmac_claims(token, self._signing_key) if self._signing_key else None
        if claims is None or claims.get("iss") != ISSUER or not _is_current(claims, now):
            return False
        url_hash = sha256(received.url.encode(errors="surrogatepass")).hexdigest()
        body = sha256(received.body).hexdigest() if received.body else ""
        is_its_url = same(str(claims.get("url_hash", "")), url_hash)
        is_its_body = same(str(claims.get("payload_hash") or ""), body)
        return is_its_url and is_its_body

    def _one(self, reference: str) -> str:
        return f"{self._verify}/{quote(reference, safe='')}"


def _known(errors: Sequence[Mapping[str, Any]], at: Moment) -> Refused | Unavailable | None:
    """What the first error that is known means: by its code, else by the parameter it is about."""
    words = [number(each.get("code")) for each in errors]
    named = [f"parameter {text(each.get('parameter'))}" for each in errors]
    found = [ANSWERS.outcome(word, at) for word in (*words, *named)]
    return next((outcome for outcome in found if outcome is not None), None)


def _is_current(claims: Mapping[str, Any], now: datetime) -> bool:
    begins: Any = claims.get("nbf")
    ends: Any = claims.get("exp")
    at = now.timestamp()
    for each in (begins, ends):
        if isinstance(each, bool) or not isinstance(each, int | float):
            return False
    # Compared and not subtracted: a number may be too large for that.
    return bool(begins <= at + LEEWAY and at - LEEWAY < ends)
