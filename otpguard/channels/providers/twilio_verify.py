"""Twilio Verify with our own code (CustomCode): Twilio words the message and picks the sender.

Custom codes must be enabled on the service. Each code that was proven or given up is closed, else
the sends of one number add up to error 60203. Twilio does not call back about deliveries here; it
is asked, once, when a message has had time to arrive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urlencode

from otpguard.channels.base import OutboundMessage, ReceiptFact, ReceiptState
from otpguard.channels.capabilities import Capabilities
from otpguard.channels.http_provider import HttpProvider
from otpguard.channels.option_rules import OptionRule, OptionRules, visible
from otpguard.channels.providers.twilio_options import RISK_CHECKS, RISK_FAULT, sid_of
from otpguard.channels.responses import (
    by_status,
    document,
    each_object,
    form,
    micros,
    moment,
    number,
    text,
)
from otpguard.channels.signatures import basic
from otpguard.channels.vendor_answers.answer import Moment
from otpguard.channels.vendor_answers.twilio_verify import ANSWERS
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused
from otpguard.transport.exchange import Request, Response, checked_url

FORM = "application/x-www-form-urlencoded"
WIRE: Mapping[Channel, str] = {
    Channel.SMS: "sms",
    Channel.VOICE: "call",
    Channel.WHATSAPP: "whatsapp",
    Channel.EMAIL: "email",
}
INVALID_PARAMETER = 60200

STATES: Mapping[str, ReceiptState] = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.DELIVERED,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
}

LOCALE = OptionRule(r"[a-z]{2,3}(-[A-Za-z]{2,4})?", "a locale, like pt-BR")
_NONE: Mapping[str, str] = MappingProxyType({})
_PARAMETER = re.compile(r"parameter[^A-Za-z]{1,4}(\w{1,40})", re.IGNORECASE)


class TwilioVerify(HttpProvider):
    """Serves `channels`, by default SMS and voice. `user` and `password` are account SID and auth
    token, or an API key and its secret.

    `locales` maps language tags to Twilio's; one that is not there is left to Twilio. Raises
    ValueError.
    """

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
        rules = OptionRules(connect=connect, read=read, base=base)
        served = rules.channels(channels, set(WIRE))
        rules.match("user", user, sid_of("AC", "SK"))
        rules.match("password", password, visible("the auth token, or the secret of the key"))
        rules.match("service_sid", service_sid, sid_of("VA"))
        rules.match_if_given("template_sid", template_sid, sid_of("HJ"))
        rules.require(risk_check in RISK_CHECKS, RISK_FAULT)
        rules.match_each("locales", locales, LOCALE)
        rules.check()
        super().__init__(connect=connect, read=read)
        self.capabilities = Capabilities(channels=served, polls=True, closes=True, codes_only=True)
        self._authorization = basic(user, password)
        self._base = base
        self._verifications = checked_url(f"{base}/v2/Services/{service_sid}/Verifications")
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
        if not response.is_success:
            for word in _words(number(found.get("code")), text(found.get("message"))):
                if (outcome := ANSWERS.outcome(word)) is not None:
                    return outcome
            return by_status(response, "twilio")
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
        """Tell Twilio that the code was proven here."""
        del code
        return self._post(self._one(reference), {"Status": "approved"})

    def build_status(self, reference: str) -> Request:
        """Ask what became of the sends of a verification."""
        url = f"{self._base}/v2/Attempts?{urlencode({'VerificationSid': reference})}"
        return Request(method="GET", url=url, headers={"Authorization": self._authorization})

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
        # An error that forbids another channel matters more than one that allows it.
        failed.sort(key=lambda fact: fact.failure is None or fact.failure.may_fall_back)
        return failed[0] if failed else None

    def parse_closing(self, response: Response) -> Failure | None:
        """What the answer to a cancel or confirm means."""
        said = number(document(response.body).get("code"))
        return ANSWERS.failure(said, Moment.CLOSING) or super().parse_closing(response)

    def _one(self, reference: str) -> str:
        return f"{self._verifications}/{quote(reference, safe='')}"

    def _post(self, url: str, fields: Mapping[str, str]) -> Request:
        headers = {"Authorization": self._authorization, "Content-Type": FORM}
        return Request(method="POST", url=url, headers=headers, body=form(fields))


def _words(code: int | None, message: str) -> tuple[str, ...]:
    """The words that the table may have for an error: an invalid parameter goes by its name."""
    named = _PARAMETER.search(message) if code == INVALID_PARAMETER else None
    if named is None:
        return (str(code),)
    return (f"{code}: To" if named[1].lower() == "to" else f"{code}: another parameter",)


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
    known = ANSWERS.failure(number(data.get("error_code")), Moment.RECEIPT)
    gone = state is ReceiptState.FAILED
    return ReceiptFact(
        reference=reference,
        state=state,
        failure=(known or Failure.LANDLINE_OR_UNREACHABLE) if gone else None,
        carrier=text(data.get("carrier")),
        cost_micros=micros(price.get("value"), price.get("currency")),
        at=moment(attempt.get("date_updated")),
    )
