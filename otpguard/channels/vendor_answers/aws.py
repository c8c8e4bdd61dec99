"""AWS End User Messaging: reasons, and kinds of exceptions, from its service model and its common
errors."""

from __future__ import annotations

from otpguard.channels.vendor_answers.answer import Answers, confirmed, probable
from otpguard.core.outcome import Failure, FailureScope

ANSWERS = Answers(
    "aws",
    confirmed(
        Failure.AUTH_CONFIG,
        "ACCOUNT_DISABLED",
        "INSUFFICIENT_ACCOUNT_REPUTATION",
        "AccessDeniedException",
        "UnrecognizedClientException",
    ),
    confirmed(
        Failure.AUTH_CONFIG,
        "MESSAGE_TYPE_MISMATCH",
        "NUMBER_CAPABILITIES_MISMATCH",
        "RESOURCE_NOT_ACTIVE",
        "ResourceNotFoundException",
        "ValidationException: OriginationIdentity",
        scope=FailureScope.SENDER,
    ),
    confirmed(
        Failure.AUTH_CONFIG, "DESTINATION_PHONE_NUMBER_NOT_VERIFIED", scope=FailureScope.NUMBER
    ),
    probable(
        Failure.AUTH_CONFIG,
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidSignature",
        "InvalidSignatureException",
        # Something of the request: perhaps an option, perhaps this one text.
        "ValidationException",
    ),
    confirmed(
        Failure.BALANCE,
        "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT",
        "MONTHLY_SPEND_LIMIT_REACHED_FOR_VOICE",
    ),
    confirmed(
        Failure.CHANNEL_UNAVAILABLE,
        "DAILY_DESTINATION_CALL_LIMIT",
        "PRICE_OVER_THRESHOLD",
        "VOICE_CAPABILITY_NOT_AVAILABLE",
    ),
    confirmed(Failure.FRAUD_BLOCKED, "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE"),
    confirmed(
        Failure.GEO_BLOCKED,
        "COUNTRY_CODE_MISMATCH",
        "COUNTRY_NOT_ENABLED",
        "DESTINATION_COUNTRY_BLOCKED",
        "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION",
        "INTERNATIONAL_SENDING_NOT_SUPPORTED",
        "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY",
    ),
    confirmed(Failure.INVALID_NUMBER, "ValidationException: DestinationPhoneNumber"),
    confirmed(
        Failure.NOT_REGISTERED,
        "NO_ORIGINATION_IDENTITIES_FOUND",
        "REGISTRATION_NOT_COMPLETE",
        "SENDER_ID_NOT_REGISTERED",
        "SENDER_ID_NOT_SUPPORTED",
        "SENDER_ID_REQUIRES_REGISTRATION",
    ),
    confirmed(Failure.OPTED_OUT, "DESTINATION_PHONE_NUMBER_OPTED_OUT"),
    confirmed(Failure.RATE_LIMITED, "ServiceQuotaExceededException", "ThrottlingException"),
    confirmed(Failure.TRANSIENT, "InternalServerException"),
)
