"""Message Central VerifyNow v3: the vendor makes the code, words the message and checks the answer.

Password, number and code travel in the query, so none of its URLs may be logged. There is
nothing to cancel and no documented receipt, so it is a route without receipts. Free text
with a code of ours is another product of theirs and is not used.
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64decode
from binascii import Error as NotBase64Error
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import phonenumbers

from otpguard.channels.base import OutboundMessage, Submission
from otpguard.channels.capabilities import Capabilities
from otpguard.channels.http_provider import NotAuthorizedError
from otpguard.channels.option_rules import OptionRules, visible
from otpguard.channels.remote_provider import RemoteProvider
from otpguard.channels.responses import (
    by_status,
    check_by_status,
    document,
    number,
    text,
)
from otpguard.channels.vendor_answers.answer import Moment
from otpguard.channels.vendor_answers.message_central import ANSWERS
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Outcome, Unavailable
from otpguard.transport import client
from otpguard.transport.exchange import Request, Response, Unknown, Unsent, checked_url

WIRE: Mapping[Channel, str] = {Channel.SMS: "SMS", Channel.WHATSAPP: "WHATSAPP"}
SUCCESS, ALREADY_OPEN = 200, 506

EARLY = timedelta(minutes=5)
"""How long before its end a token is replaced."""

SHORTEST = timedelta(minutes=10)
"""The life of a token that does not say when it ends."""

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    until: datetime


class MessageCentral(RemoteProvider):
    """Serves `channels`, by default SMS alone. `customer_id` and `password` are of the account.

    `digits` is the length of a code, 4 to 8. `languages` maps language tags to the vendor's; one
    that is not there is left to it. Raises ValueError.
    """

    def __init__(
        self,
        *,
        customer_id: str,
        password: str,
        channels: tuple[str, ...] | list[str] = ("sms",),
        digits: int = 6,
        languages: Mapping[str, str] = _NONE,
        base: str = "https://cpaas.messagecentral.com",
        connect: float = 3.0,
        read: float = 8.0,
    ) -> None:
        rules = OptionRules(connect=connect, read=read, base=base)
        served = rules.channels(channels, set(WIRE))
        rules.digits(digits)
        rules.match("customer_id", customer_id, visible("the customer id of the account"))
        rules.require(bool(password), "password must be that of the account")
        rules.match_each("languages", languages, visible("a language id of VerifyNow's"))
        rules.check()
        super().__init__(connect=connect, read=read)
        self.capabilities = Capabilities(
            channels=served, remote=True, code_length=digits, codes_only=True
        )
        self._base = checked_url(base)
        self._customer, self._password = customer_id, password
        self._digits, self._languages = digits, dict(languages)
        self._lock = Lock()
        self._token: _Token | None = None

    def build_request(self, message: OutboundMessage) -> Request:
        """Start a verification."""
        country, national = _parts(message.to)
        query = {
            "countryCode": country,
            "flowType": WIRE[message.channel],
            "mobileNumber": national,
            "otpLength": str(self._digits),
            "langId": self._languages.get(message.language, ""),
        }
        return self._request("POST", "/verification/v3/send", query)

    def parse_response(self, response: Response) -> Outcome:
        """What VerifyNow made of it."""
        code, data = _read(response)
        reference = text(data.get("verificationId"))
        if code == SUCCESS and response.is_success and reference:
            return Accepted(reference=reference, route="verify")
        outcome = ANSWERS.outcome(code)
        if outcome is None:
            return by_status(response, "message central")
        if code == ALREADY_OPEN and (interval := number(data.get("timeout"))):
            return replace(outcome, retry_after=interval)
        return outcome

    def check_request(self, submitted: Submission) -> Request:
        """Ask about one code."""
        query = {"verificationId": submitted.reference, "code": submitted.code}
        return self._request("GET", "/verification/v3/validateOtp", query)

    def parse_check(self, response: Response, submitted: Submission) -> CheckedCode:
        """Right when both the answer and the verification say so."""
        code, data = _read(response)
        if code == SUCCESS and response.is_success:
            named = text(data.get("verificationId"))
            is_this = not named or named == submitted.reference
            completed = data.get("verificationStatus") == "VERIFICATION_COMPLETED"
            return Right() if completed and is_this else Wrong()
        outcome = ANSWERS.outcome(code, Moment.CHECK)
        if isinstance(outcome, Unavailable):
            return outcome
        if outcome is not None and outcome.failure is Failure.EXPIRED_OR_GONE:
            return Gone()
        if outcome is not None:
            # What is about this one request was looked at, as far as anybody can tell.
            return Wrong(exhausted=outcome.failure is Failure.CHECKS_EXHAUSTED)
        return check_by_status(response, "message central")

    def authorize(self, request: Request, *, now: datetime) -> Request:
        """With the token of the account, fetched when there is none that still holds."""
        with self._lock:
            if self._token is None or self._token.until - EARLY <= now:
                self._token = self._fetched(now)
            return replace(request, headers={**request.headers, "authToken": self._token.value})

    def _exchange(self, request: Request) -> Response | Unsent | Unknown:
        """Once more with a fresh token when the old one is refused, and by POST where GET is."""
        result = super()._exchange(request)
        if isinstance(result, Response) and result.status in {401, 403}:
            with self._lock:
                self._token = None
            result = super()._exchange(request)
        if isinstance(result, Response) and result.status == 405 and request.method == "GET":  # noqa: PLR2004 (method not allowed)
            result = super()._exchange(replace(request, method="POST"))
        return result

    def _fetched(self, now: datetime) -> _Token:
        query = {
            "customerId": self._customer,
            "key": b64encode(self._password.encode()).decode(),
            "scope": "NEW",
        }
        url = f"{self._base}/auth/v1/authentication/token?{urlencode(query)}"
        asked = Request(method="GET", url=url, headers={"accept": "*/*"})
        result = client.send(asked, deadlines=self._deadlines)
        # A refusal comes as HTTP 200 as well: what counts is the token.
        token = text(document(result.body).get("token")) if isinstance(result, Response) else ""
        if not token:
            raise NotAuthorizedError("message central: no token")
        return _Token(token, _end_of(token) or now + SHORTEST)

    def _request(self, method: str, path: str, query: Mapping[str, str]) -> Request:
        named = {name: value for name, value in query.items() if value}
        return Request(method=method, url=f"{self._base}{path}?{urlencode(named)}")


def _parts(e164: str) -> tuple[str, str]:
    """Country code and national number. Empty if it is not a number: the vendor refuses it."""
    try:
        found = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return "", ""
    return str(found.country_code), phonenumbers.national_significant_number(found)


def _read(response: Response) -> tuple[int | None, Mapping[str, Any]]:
    """The response code, which is a number outside and a text inside, and the data."""
    found = document(response.body)
    data = found.get("data")
    data = data if isinstance(data, dict) else {}
    code = number(found.get("responseCode"))
    return number(data.get("responseCode")) if code is None else code, data


def _end_of(token: str) -> datetime | None:
    """When a JSON Web Token says that it ends. It is not ours to verify: we only present it."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 (header, payload, signature)
        return None
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        until = number(claims.get("exp")) if isinstance(claims, dict) else None
        return None if until is None else datetime.fromtimestamp(until, tz=UTC)
    except (ValueError, NotBase64Error, RecursionError, OverflowError, OSError):
        return None
