"""Twilio Verify with our own code (CustomCode): Twilio words the message and picks the sender.

Custom codes must be enabled on the service. Each code that was proven or given up is reported, else
the sends of one number add up to error 60203. Twilio does not call back about deliveries here; it
is asked, once, when a message has had time to arrive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urlencode

from otpguard.channels.answers import (
    by_status,
    document,
    each_object,
    form,
    micros,
    moment,
    number,
    retry_after,
    text,
)
from otpguard.channels.base import OutboundMessage, ReceiptFact, ReceiptState
from otpguard.channels.http_provider import HttpProvider
from otpguard.channels.signatures import basic
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, failed
from otpguard.transport.exchange import Request, Response, checked_address

FOR_DEVELOPMENT = False

FORM = "application/x-www-form-urlencoded"
WIRE: Mapping[Channel, str] = {
    Channel.SMS: "sms",
    Channel.VOICE: "call",
    Channel.WHATSAPP: "whatsapp",
    Channel.EMAIL: "email",
}
INVALID_PARAMETER = 60200
CODES: Mapping[int, Failure] = {
    20003: Failure.AUTH_CONFIG,
    20404: Failure.EXPIRED_OR_GONE,
    20429: Failure.RATE_LIMITED,
    30007: Failure.CARRIER_FILTERED,
    60202: Failure.CHECKS_EXHAUSTED,
    60203: Failure.RATE_LIMITED,
    60204: Failure.AUTH_CONFIG,
    60205: Failure.LANDLINE_OR_UNREACHABLE,
    60207: Failure.AUTH_CONFIG,
    60208: Failure.AUTH_CONFIG,
    60209: Failure.AUTH_CONFIG,
    60210: Failure.AUTH_CONFIG,
    60211: Failure.AUTH_CONFIG,
    60212: Failure.RATE_LIMITED,
    60217: Failure.AUTH_CONFIG,
    60220: Failure.GEO_BLOCKED,
    60238: Failure.GEO_BLOCKED,
    60410: Failure.FRAUD_BLOCKED,
    60412: Failure.FRAUD_BLOCKED,
    60413: Failure.FRAUD_BLOCKED,
    60605: Failure.GEO_BLOCKED,
}
WAITS: Mapping[int, int] = {60203: 600, 60212: 2}
"""Limits of one number and not of the route, with the seconds until they end at the latest."""

STATES: Mapping[str, ReceiptState] = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.DELIVERED,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
}

_NONE: Mapping[str, str] = MappingProxyType({})
_PARAMETER = re.compile(r"parameter[^A-Za-z]{1,4}(\w{1,40})", re.IGNORECASE)


class TwilioVerify(HttpProvider):
    """Serves `channels`, by default SMS and voice. `user` and `password` are account SID and auth
    token, or an API key and its secret.

    `locales` maps language tags to Twilio's; one that is not there is left to Twilio. Raises
    ValueError.
    """

    codes_only = True
    ends = True
    polls = True

    def __init__(
        self,
        *,
        user: str,
        password: str,
        service_sid: str,
        channels: tuple[str, ...] | list[str] = ("sms", "voice"),
        template_sid: str = "",
        risk_check: str = "",
        locales: Mapping[str, str] = _NONE,
        base: str = "https://verify.twilio.com",
        connect: float = 3.0,
        read: float = 8.0,
    ) -> None:
        super().__init__(connect=connect, read=read)
        self.channels = frozenset(Channel(channel) for channel in channels)
        self._authorization = basic(user, password)
        self._base = base
        self._verifications = checked_address(f"{base}/v2/Services/{service_sid}/Verifications")
        self._usual = {"TemplateSid": template_sid, "RiskCheck": risk_check}
        self._locales = dict(locales)

    def build_request(self, message: OutboundMessage) -> Request:
        """Start a verification with our digits."""
        body = {
            "To": message.to,
            "Channel": WIRE[message.channel],
            "CustomCode": message.code.digits if message.code else "",
            "Locale": self._locales.get(message.language, ""),
        }
        return self._post(self._verifications, {**body, **self._usual})

    def parse_response(self, response: Response) -> Outcome:
        """What Twilio made of it."""
        found = document(response.body)
        if response.status >= 300:  # noqa: PLR2004
            return self._failed(response, number(found.get("code")), text(found.get("message")))
        sid, status = text(found.get("sid")), text(found.get("status"))
        if status in {"canceled", "failed", "deleted", "expired", "max_attempts_reached"}:
            return Refused(reason=f"twilio: {status}")
        if not sid:
            return by_status(response, "twilio")
        return Accepted(reference=sid, carrier=_carrier(found.get("lookup")), route="verify")

    def cancel_request(self, reference: str) -> Request:
        """Give the verification up."""
        return self._post(self._one(reference), {"Status": "canceled"})

    def confirm_request(self, reference: str, code: Code) -> Request:
        """Report that the code was proven here."""
        del code
        return self._post(self._one(reference), {"Status": "approved"})

    def build_status(self, reference: str) -> Request:
        """Ask what became of the sends of a verification."""
        address = f"{self._base}/v2/Attempts?{urlencode({'VerificationSid': reference})}"
        return Request(method="GET", url=address, headers={"Authorization": self._authorization})

    def parse_status(self, response: Response) -> ReceiptFact | None:
        """One that arrived is enough; failed is a verification whose every send has."""
        found = each_object(document(response.body).get("attempts"))
        facts = [_fact(each) for each in found]
        for state in (ReceiptState.DELIVERED, ReceiptState.SENT):
            for fact in facts:
                if fact is not None and fact.state is state:
                    return fact
        failed = [fact for fact in facts if fact is not None]
        if len(failed) < len(facts):
            return None
        # What may not be followed by another channel says more than what may.
        failed.sort(key=lambda fact: fact.failure is None or fact.failure.may_fall_back)
        return failed[0] if failed else None

    def _failed(self, response: Response, code: int | None, message: str) -> Outcome:
        reason = f"twilio {code}"
        if code == INVALID_PARAMETER:
            named = _PARAMETER.search(message)
            is_number = named is not None and named[1].lower() == "to"
            failure = Failure.INVALID_NUMBER if is_number else Failure.AUTH_CONFIG
            return failed(failure, reason=reason)
        if code is None or code not in CODES:
            return by_status(response, "twilio")
        if code in WAITS:
            wait = retry_after(response) or WAITS[code]
            return Refused(reason=reason, failure=CODES[code], retry_after=wait)
        return failed(CODES[code], reason=reason, retry_after=retry_after(response))

    def _one(self, reference: str) -> str:
        return f"{self._verifications}/{quote(reference, safe='')}"

    def _post(self, url: str, fields: Mapping[str, str]) -> Request:
        headers = {"Authorization": self._authorization, "Content-Type": FORM}
        return Request(method="POST", url=url, headers=headers, body=form(fields))


def _carrier(lookup: object) -> str:
    carrier = lookup.get("carrier") if isinstance(lookup, dict) else None
    return text(carrier.get("name")) if isinstance(carrier, dict) else ""


def _fact(attempt: Mapping[str, object]) -> ReceiptFact | None:
    data, price = attempt.get("channel_data"), attempt.get("price")
    data = data if isinstance(data, dict) else {}
    price = price if isinstance(price, dict) else {}
    status = text(data.get("message_status")) or text(data.get("status"))
    state = STATES.get(status.lower())
    if attempt.get("conversion_status") == "converted":
        state = ReceiptState.DELIVERED
    reference = text(attempt.get("verification_sid"))
    if state is None or not reference:
        return None
    code = number(data.get("error_code")) or 0
    gone = state is ReceiptState.FAILED
    return ReceiptFact(
        reference=reference,
        state=state,
        failure=CODES.get(code, Failure.LANDLINE_OR_UNREACHABLE) if gone else None,
        carrier=text(data.get("carrier")),
        cost_micros=micros(price.get("value"), price.get("currency")),
        at=moment(attempt.get("date_updated")),
    )
