"""AWS End User Messaging: our own text by SMS, or spoken. Needs `pip install "otpguard[aws]"`.

Only the credentials and the signature are botocore's; the request goes out like any other vendor's.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from otpguard.channels.base import OutboundMessage
from otpguard.channels.capabilities import Capabilities
from otpguard.channels.http_provider import HttpProvider, NotAuthorizedError
from otpguard.channels.option_rules import OptionRule, OptionRules, visible
from otpguard.channels.responses import by_status, document, text
from otpguard.channels.vendor_answers.aws import ANSWERS
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Outcome
from otpguard.transport.exchange import Request, Response, checked_url

SERVICE = "sms-voice"
TARGET = "PinpointSMSVoiceV2"
TIME_TO_LIVE = (5, 259_200)
"""The shortest and the longest time that AWS tries, in seconds."""

REGION = OptionRule(r"[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}", "a region of AWS, like us-east-1")
IDENTITY = OptionRule(r"[A-Za-z0-9_:/+-]{1,256}", "a number or sender id, or its id, or a pool's")
CONFIGURATION_SET = OptionRule(r"[A-Za-z0-9_:/-]{1,256}", "the name of a configuration set")
PRICE = OptionRule(
    r"(?=.{2,8}$)\d{0,2}\.\d{1,5}",
    "dollars with a point, like 0.10: up to two digits before it, one to five behind",
)


def _no_debug(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG


# What is signed, session tokens too, would stand there in clear.
logging.getLogger("botocore.auth").addFilter(_no_debug)


class Aws(HttpProvider):
    """Serves `channels`, by default SMS alone; voice needs `origination_identity`.

    Without `access_key` and `secret_key` botocore finds credentials where it always does:
    environment, profile, role. `max_price` is in US dollars, as AWS wants it: "0.10", never "1".
    With `feedback` AWS is told which codes were proven. Raises ValueError.
    """

    def __init__(
        self,
        *,
        region: str,
        origination_identity: str = "",
        access_key: str = "",
        secret_key: str = "",
        session_token: str = "",
        channels: tuple[str, ...] | list[str] = ("sms",),
        configuration_set: str = "",
        max_price: str = "",
        feedback: bool = False,
        base: str = "",
        connect: float = 3.0,
        read: float = 8.0,
    ) -> None:
        rules = OptionRules(connect=connect, read=read, base=base)
        # E-mail goes by the SMTP interface of AWS.
        served = rules.channels(channels, {Channel.SMS, Channel.VOICE})
        rules.match("region", region, REGION)
        if Channel.VOICE in served:
            rules.match("origination_identity", origination_identity, IDENTITY)
        else:
            rules.match_if_given("origination_identity", origination_identity, IDENTITY)
        rules.match_if_given("configuration_set", configuration_set, CONFIGURATION_SET)
        rules.match_if_given("max_price", max_price, PRICE)
        _check_credentials(rules, access_key, secret_key, session_token)
        rules.flag("feedback", feedback)
        rules.check()
        super().__init__(connect=connect, read=read)
        self._region, self._feedback, self._max_price = region, feedback, max_price
        self.capabilities = Capabilities(channels=served, closes=feedback)
        self._url = checked_url(base or f"https://{SERVICE}.{region}.amazonaws.com") + "/"
        self._usual = {
            "OriginationIdentity": origination_identity,
            "ConfigurationSetName": configuration_set,
        }
        self._given = (
            Credentials(access_key, secret_key, session_token or None) if access_key else None
        )
        self._session = Session()

    def build_request(self, message: OutboundMessage) -> Request:
        """Send the text, or have it read out."""
        shortest, longest = TIME_TO_LIVE
        spoken = message.channel is Channel.VOICE
        body: dict[str, Any] = {
            "DestinationPhoneNumber": message.to,
            "MessageBody": message.text,
            **self._usual,
            "MaxPricePerMinute" if spoken else "MaxPrice": self._max_price,
        }
        if not spoken:
            body["MessageType"] = "TRANSACTIONAL"
        if message.lifetime:
            body["TimeToLive"] = min(max(message.lifetime, shortest), longest)
        if self._feedback:
            body["MessageFeedbackEnabled"] = True
        return self._call("SendVoiceMessage" if spoken else "SendTextMessage", body)

    def parse_response(self, response: Response) -> Outcome:
        """What AWS made of it."""
        found = document(response.body)
        if response.is_success:
            reference = text(found.get("MessageId"))
            route = self._usual["OriginationIdentity"] or self._region
            return (
                Accepted(reference=reference, route=route)
                if reference
                else by_status(response, "aws")
            )
        said = text(found.get("__type")) or response.headers.get("x-amzn-errortype", "")
        kind = said.rpartition("#")[2].partition(":")[0]
        for word in (text(found.get("Reason")), *_fields(kind, found.get("Fields")), kind):
            if (outcome := ANSWERS.outcome(word)) is not None:
                return outcome
        return by_status(response, "aws")

    def confirm_request(self, reference: str, code: Code) -> Request | None:
        """Tell that the message was received, where `feedback` is on."""
        del code
        if not self._feedback:
            return None
        body = {"MessageId": reference, "MessageFeedbackStatus": "RECEIVED"}
        return self._call("PutMessageFeedback", body)

    def authorize(self, request: Request, *, now: datetime) -> Request:
        """Sign it (Signature Version 4). botocore takes the time itself."""
        del now
        try:
            credentials = self._given or self._session.get_credentials()
            frozen = credentials.get_frozen_credentials() if credentials else None
        except BotoCoreError as error:
            raise NotAuthorizedError(f"aws: {type(error).__name__}") from None
        if frozen is None:
            raise NotAuthorizedError("aws: no credentials")
        signed = AWSRequest(
            method=request.method, url=request.url, data=request.body, headers=request.headers
        )
        SigV4Auth(frozen, SERVICE, self._region).add_auth(signed)
        return replace(request, headers=dict(signed.headers.items()))

    def _call(self, operation: str, body: Mapping[str, Any]) -> Request:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"{TARGET}.{operation}",
        }
        wanted = {name: value for name, value in body.items() if value != ""}
        raw = json.dumps(wanted).encode()
        return Request(method="POST", url=self._url, headers=headers, body=raw)


def _fields(kind: str, fields: object) -> Iterator[str]:
    """The fields that an exception names, as the table has them."""
    named = str(fields) if isinstance(fields, list) else ""
    for field in ("DestinationPhoneNumber", "OriginationIdentity"):
        if field in named:
            yield f"{kind}: {field}"


def _check_credentials(
    rules: OptionRules, access_key: str, secret_key: str, session_token: str
) -> None:
    rules.match_if_given("access_key", access_key, OptionRule(r"\w{16,128}", "an access key id"))
    rules.match_if_given("secret_key", secret_key, visible("a secret access key"))
    rules.match_if_given("session_token", session_token, visible("a session token"))
    rules.together(access_key=access_key, secret_key=secret_key)
    rules.require(bool(access_key) or not session_token, "session_token belongs to an access_key")
