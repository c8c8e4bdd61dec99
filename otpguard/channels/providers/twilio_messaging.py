"""Twilio Programmable Messaging: our own text, by SMS.

Receipts come to `status_callback`, signed with the account's auth token. There is no time in
that signature, so a repeat is told by (reference, state) alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from otpguard.channels.answers import (
    by_status,
    document,
    form,
    form_fields,
    micros,
    number,
    retry_after,
    text,
)
from otpguard.channels.base import OutboundMessage, ReceiptFact, ReceiptState, Webhook
from otpguard.channels.http_provider import HttpProvider
from otpguard.channels.signatures import basic, is_twilio
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Outcome, failed
from otpguard.transport.exchange import Request, Response, checked_address

FOR_DEVELOPMENT = False

FORM = "application/x-www-form-urlencoded"
VALIDITY = (6, 36_000)
"""The shortest and the longest validity that Twilio takes, in seconds."""

KEY = "delivery"
"""The name of our key in the query of the callback address."""

CODES: Mapping[int, Failure] = {
    20003: Failure.AUTH_CONFIG,
    20429: Failure.RATE_LIMITED,
    21211: Failure.INVALID_NUMBER,
    21408: Failure.GEO_BLOCKED,
    21608: Failure.AUTH_CONFIG,
    21610: Failure.OPTED_OUT,
    21614: Failure.LANDLINE_OR_UNREACHABLE,
    30003: Failure.LANDLINE_OR_UNREACHABLE,
    30005: Failure.LANDLINE_OR_UNREACHABLE,
    30006: Failure.LANDLINE_OR_UNREACHABLE,
    30007: Failure.CARRIER_FILTERED,
    30008: Failure.CHANNEL_UNAVAILABLE,
    30032: Failure.NOT_REGISTERED,
    30034: Failure.NOT_REGISTERED,
    30450: Failure.FRAUD_BLOCKED,
    30453: Failure.FRAUD_BLOCKED,
}
"""What Twilio's error codes come to, in answers and in receipts alike."""

STATES: Mapping[str, ReceiptState] = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.DELIVERED,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
    "canceled": ReceiptState.FAILED,
}
"""The states that tell something; in the others Twilio is still at it."""


class TwilioMessaging(HttpProvider):
    """Serves SMS. Name either `messaging_service_sid` or `sender`, a number of yours.

    `auth_token` is the account's primary token, which also signs receipts; calls use an API key
    where one is given. With `feedback` Twilio is told which codes were proven. `risk_check` is
    "enable", "disable" or empty for the account's own. Raises ValueError.
    """

    channels = frozenset({Channel.SMS})
    polls = True

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        api_key: str = "",
        api_secret: str = "",
        messaging_service_sid: str = "",
        sender: str = "",
        status_callback: str = "",
        feedback: bool = False,
        risk_check: str = "",
        base: str = "https://api.twilio.com",
        connect: float = 3.0,
        read: float = 8.0,
    ) -> None:
        super().__init__(connect=connect, read=read)
        if bool(messaging_service_sid) == bool(sender):
            raise ValueError("name either messaging_service_sid or sender")
        if bool(api_key) != bool(api_secret):
            raise ValueError("api_key and api_secret belong together")
        if "?" in status_callback or "#" in status_callback:
            raise ValueError("status_callback has neither query nor fragment")
        self.receipts, self._callback = bool(status_callback), status_callback
        self._token = auth_token
        self._authorization = basic(api_key or account_sid, api_secret or auth_token)
        self._messages = checked_address(f"{base}/2010-04-01/Accounts/{account_sid}/Messages")
        self._usual = {
            "MessagingServiceSid": messaging_service_sid,
            "From": sender,
            "ProvideFeedback": "true" if feedback else "",
            "RiskCheck": risk_check,
        }
        self._feedback = self.ends = feedback
        self._way = messaging_service_sid or "own number"

    def build_request(self, message: OutboundMessage) -> Request:
        """Create one message, that is dropped when it comes too late."""
        shortest, longest = VALIDITY
        validity = min(max(message.lifetime, shortest), longest) if message.lifetime else ""
        body = {"To": message.to, "Body": message.text, "ValidityPeriod": str(validity)}
        if self._callback:
            # Signed with the rest of the address, so that a message can be told without its SID.
            body["StatusCallback"] = f"{self._callback}?{urlencode({KEY: message.key})}"
        return self._post(f"{self._messages}.json", {**body, **self._usual})

    def parse_response(self, response: Response) -> Outcome:
        """What Twilio made of it."""
        found = document(response.body)
        if response.status >= 300:  # noqa: PLR2004
            code = number(found.get("code"))
            if code is None or code not in CODES:
                return by_status(response, "twilio")
            wait = retry_after(response)
            return failed(CODES[code], reason=f"twilio {code}", retry_after=wait)
        sid, code = text(found.get("sid")), number(found.get("error_code"))
        if text(found.get("status")) in {"failed", "undelivered", "canceled"}:
            failure = CODES.get(code or 0, Failure.CHANNEL_UNAVAILABLE)
            return failed(failure, reason=f"twilio {code or 'failed'}")
        if not sid:
            return by_status(response, "twilio")
        cost = micros(found.get("price"), found.get("price_unit"))
        return Accepted(reference=sid, cost_micros=cost, route=self._way)

    def confirm_request(self, reference: str, code: Code) -> Request | None:
        """Report the conversion, where `feedback` is on."""
        del code
        if not self._feedback:
            return None
        address = f"{self._messages}/{quote(reference, safe='')}/Feedback.json"
        return self._post(address, {"Outcome": "confirmed"})

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        """True when the account's auth token signed the URL and all fields."""
        del now
        kind = received.header("Content-Type").partition(";")[0].strip().lower()
        fields = form_fields(received.body) if kind == FORM else None
        if kind == FORM and fields is None:
            return False
        return is_twilio(
            received.header("X-Twilio-Signature"),
            token=self._token,
            url=received.url,
            body=received.body,
            fields=fields,
        )

    def parse_receipt(self, received: Webhook) -> tuple[ReceiptFact, ...]:
        """The one message that a callback is about."""
        fields = dict(form_fields(received.body) or ())
        state = STATES.get(fields.get("MessageStatus", ""))
        reference = text(fields.get("MessageSid"))
        if state is None or not reference:
            return ()
        failure = None
        if state is ReceiptState.FAILED:
            code = number(fields.get("ErrorCode")) or 0
            failure = CODES.get(code, Failure.CHANNEL_UNAVAILABLE)
        key = dict(parse_qsl(urlsplit(received.url).query)).get(KEY, "")
        return (ReceiptFact(reference=reference, state=state, failure=failure, key=key),)

    def build_status(self, reference: str) -> Request:
        """Fetch the message."""
        url = f"{self._messages}/{quote(reference, safe='')}.json"
        return Request(method="GET", url=url, headers={"Authorization": self._authorization})

    def parse_status(self, response: Response) -> ReceiptFact | None:
        """What the message says of itself; its price has no sign that means anything here."""
        found = document(response.body)
        state = STATES.get(text(found.get("status")))
        if state is None:
            return None
        failure = None
        if state is ReceiptState.FAILED:
            failure = CODES.get(number(found.get("error_code")) or 0, Failure.CHANNEL_UNAVAILABLE)
        return ReceiptFact(
            reference=text(found.get("sid")),
            state=state,
            failure=failure,
            cost_micros=micros(found.get("price"), found.get("price_unit")),
        )

    def _post(self, url: str, fields: Mapping[str, str]) -> Request:
        headers = {"Authorization": self._authorization, "Content-Type": FORM}
        return Request(method="POST", url=url, headers=headers, body=form(fields))
