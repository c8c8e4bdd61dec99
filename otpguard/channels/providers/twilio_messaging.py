"""Twilio Programmable Messaging: our own text, by SMS.

Receipts come to `status_callback`, signed with the account's auth token. There is no time in
that signature, so a repeat is told by (reference, state) alone.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from html import escape
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

from otpguard.channels.base import OutboundMessage, ReceiptFact, ReceiptState, Webhook
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.channels.http_provider import HttpProvider
from otpguard.channels.inbound import KeywordFact
from otpguard.channels.option_rules import OptionRule, OptionRules, visible
from otpguard.channels.providers.twilio_options import RISK_CHECKS, RISK_FAULT, sid_of
from otpguard.channels.responses import (
    by_status,
    document,
    form,
    form_fields,
    micros,
    number,
    text,
)
from otpguard.channels.signatures import basic
from otpguard.channels.vendor_answers.answer import Moment
from otpguard.channels.vendor_answers.twilio_messaging import ANSWERS
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.keywords import Keyword, keyword_of
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused
from otpguard.core.phone import InvalidPhoneError, parse_phone
from otpguard.core.secrets import same
from otpguard.transport.exchange import Request, Response, checked_url

FORM = "application/x-www-form-urlencoded"
VALIDITY = (6, 36_000)
"""The shortest and the longest validity that Twilio takes, in seconds."""

SENDER = OptionRule(
    r"\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11}",
    "a number with +, a short code, or a name of 11 characters at most",
)
DEFAULT_PORTS: Mapping[str, int] = {"https": 443, "http": 80}

KEY = "delivery"
"""The name of our key in the query of the callback URL."""

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
        rules = OptionRules(connect=connect, read=read, base=base)
        rules.match("account_sid", account_sid, sid_of("AC"))
        rules.match("auth_token", auth_token, visible("the account's primary token"))
        _check_key(rules, api_key, api_secret)
        rules.match_if_given("messaging_service_sid", messaging_service_sid, sid_of("MG"))
        rules.match_if_given("sender", sender, SENDER)
        rules.either(messaging_service_sid=messaging_service_sid, sender=sender)
        _check_callback(rules, status_callback)
        rules.flag("feedback", feedback)
        rules.require(risk_check in RISK_CHECKS, RISK_FAULT)
        rules.check()
        super().__init__(connect=connect, read=read)
        self.capabilities = Capabilities(
            channels=frozenset({Channel.SMS}),
            receipts=bool(status_callback),
            webhooks=Webhooks.SIGNED,
            polls=True,
            closes=feedback,
            keywords=True,
        )
        self._token, self._callback, self._feedback = auth_token, status_callback, feedback
        self._authorization = basic(api_key or account_sid, api_secret or auth_token)
        self._messages = checked_url(f"{base}/2010-04-01/Accounts/{account_sid}/Messages")
        self._usual = {
            "MessagingServiceSid": messaging_service_sid,
            "From": sender,
            "ProvideFeedback": "true" if feedback else "",
            "RiskCheck": risk_check,
        }

    def build_request(self, message: OutboundMessage) -> Request:
        """Create one message, that is dropped when it comes too late."""
        shortest, longest = VALIDITY
        validity = min(max(message.lifetime, shortest), longest) if message.lifetime else ""
        body = {"To": message.to, "Body": message.text, "ValidityPeriod": str(validity)}
        if self._callback:
            # Signed with the rest of the URL, so that a message can be told without its SID.
            body["StatusCallback"] = f"{self._callback}?{urlencode({KEY: message.key})}"
        return self._post(f"{self._messages}.json", {**body, **self._usual})

    def parse_response(self, response: Response) -> Outcome:
        """What Twilio made of it."""
        found = document(response.body)
        if not response.is_success:
            return ANSWERS.outcome(number(found.get("code"))) or by_status(response, "twilio")
        sid, code = text(found.get("sid")), number(found.get("error_code"))
        if text(found.get("status")) in {"failed", "undelivered", "canceled"}:
            return ANSWERS.outcome(code) or Refused(reason=f"twilio {code or 'failed'}")
        if not sid:
            return by_status(response, "twilio")
        cost = micros(found.get("price"), found.get("price_unit"))
        return Accepted(
            reference=sid,
            cost_micros=cost,
            route=self._usual["MessagingServiceSid"] or "own number",
        )

    def confirm_request(self, reference: str, code: Code) -> Request | None:
        """Tell of the conversion, where `feedback` is on."""
        del code
        if not self._feedback:
            return None
        url = f"{self._messages}/{quote(reference, safe='')}/Feedback.json"
        return self._post(url, {"Outcome": "confirmed"})

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        """True when the account's auth token signed the URL and all fields."""
        del now
        kind = received.header("Content-Type").partition(";")[0].strip().lower()
        fields = form_fields(received.body) if kind == FORM else None
        if kind == FORM and fields is None:
            return False
        return is_signed(
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
            failure = _why(fields.get("ErrorCode"))
        key = dict(parse_qsl(urlsplit(received.url).query)).get(KEY, "")
        return (ReceiptFact(reference=reference, state=state, failure=failure, key=key),)

    def parse_keywords(self, received: Webhook) -> tuple[KeywordFact, ...]:
        """The keyword in a message to one of our numbers.

        Where Advanced Opt-Out is on, Twilio says which it is and has answered it.
        """
        fields = dict(form_fields(received.body) or ())
        stated = fields.get("OptOutType", "").lower()
        keyword = Keyword(stated) if stated in set(Keyword) else keyword_of(fields.get("Body", ""))
        reference, sender = text(fields.get("MessageSid")), fields.get("From", "")
        if keyword is None or not reference or "MessageStatus" in fields:
            return ()
        if not sender.startswith("+"):
            return ()  # a short code, or another channel of Twilio's such as "whatsapp:+1…"
        try:
            number = parse_phone(sender, region="").e164
        except InvalidPhoneError:
            return ()
        return (
            KeywordFact(
                keyword=keyword,
                channel=Channel.SMS,
                number=number,
                reference=reference,
                sender=text(fields.get("To")),
                answered=bool(stated),
            ),
        )

    def keyword_reply(self, text: str) -> str:
        """TwiML that sends one message back."""
        return f"<Response><Message>{escape(text)}</Message></Response>"

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
            failure = _why(found.get("error_code"))
        return ReceiptFact(
            reference=text(found.get("sid")),
            state=state,
            failure=failure,
            cost_micros=micros(found.get("price"), found.get("price_unit")),
        )

    def _post(self, url: str, fields: Mapping[str, str]) -> Request:
        headers = {"Authorization": self._authorization, "Content-Type": FORM}
        return Request(method="POST", url=url, headers=headers, body=form(fields))


def _check_key(rules: OptionRules, api_key: str, api_secret: str) -> None:
    rules.match_if_given("api_key", api_key, sid_of("SK"))
    rules.match_if_given("api_secret", api_secret, visible("the secret of the key"))
    rules.together(api_key=api_key, api_secret=api_secret)


def _check_callback(rules: OptionRules, status_callback: str) -> None:
    if status_callback:
        rules.url("status_callback", status_callback)
        plain = not set("?#") & set(status_callback)
        rules.require(plain, "status_callback must have neither query nor fragment")


def _why(code: object) -> Failure:
    return ANSWERS.failure(number(code), Moment.RECEIPT) or Failure.CHANNEL_UNAVAILABLE


# --- X-Twilio-Signature --------------------------------------------------------------------------


def signature_of(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """Base64 of HMAC-SHA1 over the URL and each distinct field in order.

    After twilio-python's request_validator. SHA-1 is the vendor's choice; as a MAC it still holds.
    """
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    raw = signed.encode(errors="surrogatepass")
    return b64encode(hmac.new(token.encode(), raw, "sha1").digest()).decode()


def is_signed(
    given: str, *, token: str, url: str, body: bytes, fields: Iterable[tuple[str, str]] | None
) -> bool:
    """True when Twilio signed this URL and body.

    `fields` are those of a form. For any other body, None, the URL itself carries and so signs the
    body's SHA-256; without one only an empty body is taken. The URL may have been signed with its
    default port or with none.
    """
    if fields is None:
        fields = ()
        stated = parse_qs(urlsplit(url).query).get("bodySHA256", [])
        if body and not (len(stated) == 1 and same(stated[0], sha256(body).hexdigest())):
            return False
    wanted = tuple(fields)
    matched = [same(given, signature_of(token, each, wanted)) for each in _spellings(url)]
    return any(matched)


def _spellings(url: str) -> tuple[str, str]:
    """The URL with its default port where it has none, and without any port."""
    parts = urlsplit(url)
    host, colon, port = parts.netloc.rpartition(":")
    if not colon or not port.isdigit():
        host = parts.netloc
    default = DEFAULT_PORTS.get(parts.scheme)
    with_port = parts.netloc if host != parts.netloc or default is None else f"{host}:{default}"
    rest = url.partition("://")[2][len(parts.netloc) :]
    return f"{parts.scheme}://{with_port}{rest}", f"{parts.scheme}://{host}{rest}"
