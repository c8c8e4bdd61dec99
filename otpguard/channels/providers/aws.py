"""AWS End User Messaging: our own text by SMS, or spoken. Needs `pip install "otpguard[aws]"`.

Only the credentials and the signature are botocore's; the request goes out like any other vendor's.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from otpguard.channels.answers import by_status, document, retry_after, text
from otpguard.channels.base import OutboundMessage
from otpguard.channels.http_provider import HttpProvider, NotAuthorizedError
from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Outcome, failed
from otpguard.transport.exchange import Request, Response, checked_address

FOR_DEVELOPMENT = False

SERVICE = "sms-voice"
TARGET = "PinpointSMSVoiceV2"
TIME_TO_LIVE = (5, 259_200)
"""The shortest and the longest time that AWS tries, in seconds."""

REASONS: Mapping[str, Failure] = {
    "ACCOUNT_DISABLED": Failure.AUTH_CONFIG,
    "COUNTRY_CODE_MISMATCH": Failure.GEO_BLOCKED,
    "COUNTRY_NOT_ENABLED": Failure.GEO_BLOCKED,
    "DAILY_DESTINATION_CALL_LIMIT": Failure.CHANNEL_UNAVAILABLE,
    "DESTINATION_COUNTRY_BLOCKED": Failure.GEO_BLOCKED,
    "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION": Failure.GEO_BLOCKED,
    "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE": Failure.FRAUD_BLOCKED,
    "DESTINATION_PHONE_NUMBER_NOT_VERIFIED": Failure.AUTH_CONFIG,
    "DESTINATION_PHONE_NUMBER_OPTED_OUT": Failure.OPTED_OUT,
    "INSUFFICIENT_ACCOUNT_REPUTATION": Failure.AUTH_CONFIG,
    "INTERNATIONAL_SENDING_NOT_SUPPORTED": Failure.GEO_BLOCKED,
    "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY": Failure.GEO_BLOCKED,
    "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT": Failure.BALANCE,
    "MONTHLY_SPEND_LIMIT_REACHED_FOR_VOICE": Failure.BALANCE,
    "NO_ORIGINATION_IDENTITIES_FOUND": Failure.NOT_REGISTERED,
    "PRICE_OVER_THRESHOLD": Failure.CHANNEL_UNAVAILABLE,
    "SENDER_ID_NOT_REGISTERED": Failure.NOT_REGISTERED,
    "SENDER_ID_NOT_SUPPORTED": Failure.NOT_REGISTERED,
    "SENDER_ID_REQUIRES_REGISTRATION": Failure.NOT_REGISTERED,
    "VOICE_CAPABILITY_NOT_AVAILABLE": Failure.CHANNEL_UNAVAILABLE,
}
KINDS: Mapping[str, Failure] = {
    "AccessDeniedException": Failure.AUTH_CONFIG,
    "InternalServerException": Failure.TRANSIENT,
    "ResourceNotFoundException": Failure.AUTH_CONFIG,
    "ServiceQuotaExceededException": Failure.RATE_LIMITED,
    "ThrottlingException": Failure.RATE_LIMITED,
}


def _no_debug(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG


# What is signed, session tokens too, would stand there in clear.
logging.getLogger("botocore.auth").addFilter(_no_debug)


class Aws(HttpProvider):
    """Serves `channels`, by default SMS alone; voice needs `origination_identity`.

    Without `access_key` and `secret_key` botocore finds credentials where it always does:
    environment, profile, role. `max_price` is in US dollars, as AWS wants it. With `feedback` AWS
    is told which codes were proven. Raises ValueError.
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
        super().__init__(connect=connect, read=read)
        self.channels = frozenset(Channel(channel) for channel in channels)
        if not self.channels <= {Channel.SMS, Channel.VOICE}:
            raise ValueError("AWS serves SMS and voice here; for e-mail use its SMTP interface")
        if Channel.VOICE in self.channels and not origination_identity:
            raise ValueError("voice needs origination_identity")
        self._region, self._feedback, self._max_price = region, feedback, max_price
        self.ends = feedback
        self._url = checked_address(base or f"https://{SERVICE}.{region}.amazonaws.com") + "/"
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
        if response.status < 300:  # noqa: PLR2004
            reference = text(found.get("MessageId"))
            route = self._usual["OriginationIdentity"] or self._region
            return (
                Accepted(reference=reference, route=route)
                if reference
                else by_status(response, "aws")
            )
        said = text(found.get("__type")) or response.headers.get("x-amzn-errortype", "")
        kind = said.rpartition("#")[2].partition(":")[0]
        reason = text(found.get("Reason"))
        failure = REASONS.get(reason) or KINDS.get(kind)
        if kind == "ValidationException" and failure is None:
            fields = found.get("Fields")
            is_number = isinstance(fields, list) and "DestinationPhoneNumber" in str(fields)
            failure = Failure.INVALID_NUMBER if is_number else Failure.AUTH_CONFIG
        if failure is None:
            return by_status(response, "aws")
        word = reason if reason in REASONS else kind
        return failed(failure, reason=f"aws: {word}", retry_after=retry_after(response))

    def confirm_request(self, reference: str, code: Code) -> Request | None:
        """Report that the message was received, where `feedback` is on."""
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
