"""Why a challenge did not start, an answer did not count, a kept form was not sent on.

Closed sets. Each member but those for the log alone has a sentence in `otpguard.web.messages`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias, assert_never

from otpguard.core.decision import Reason
from otpguard.core.limits import CapName


class StartReason(StrEnum):
    """Why no challenge was started, or no further code was sent."""

    FOREIGN = "foreign"
    SESSION_ENDED = "session_ended"
    STALE_LOGIN = "stale_login"
    ALREADY_PROVEN = "already_proven"
    PROOF_NEEDED = "proof_needed"
    FACTOR_NOT_ACCEPTABLE = "factor_not_acceptable"
    FACTOR_LOCKED = "factor_locked"
    ALREADY_BOUND = "already_bound"
    SWITCHED_OFF = "switched_off"
    TOO_MANY_FACTORS = "too_many_factors"
    NO_ROUTE = "no_route"
    NUMBER_NOT_ALLOWED = "number_not_allowed"
    NO_CONSENT = "no_consent"
    OPTED_OUT = "opted_out"
    REVOKED = "revoked"
    CLOSED = "closed"
    NO_SENDS_LEFT = "no_sends_left"
    WAIT = "wait"
    TOO_EARLY = "too_early"
    CAP_SESSION = "cap_session"
    CAP_BROWSER = "cap_browser"
    CAP_IP = "cap_ip"
    CAP_FACTOR = "cap_factor"
    CAP_NUMBER = "cap_number"
    CAP_ENROLLMENT = "cap_enrollment"
    CAP_TENANT = "cap_tenant"
    CAP_SITE = "cap_site"


WhyNotStarted: TypeAlias = StartReason | Reason
"""A reason of the start itself, or the guard's own for a person who may not pass at all."""


def reason_of_cap(cap: CapName) -> StartReason:
    """The reason of a start that a full cap refused."""
    match cap:
        case CapName.SESSION:
            return StartReason.CAP_SESSION
        case CapName.BROWSER:
            return StartReason.CAP_BROWSER
        case CapName.IP | CapName.UNREADABLE_IP | CapName.UNREADABLE_IP_NOTED:
            return StartReason.CAP_IP
        case CapName.FACTOR:
            return StartReason.CAP_FACTOR
        case CapName.NUMBER:
            return StartReason.CAP_NUMBER
        case CapName.ENROLLMENT:
            return StartReason.CAP_ENROLLMENT
        case CapName.TENANT:
            return StartReason.CAP_TENANT
        case CapName.SITE:
            return StartReason.CAP_SITE
    assert_never(cap)


class AnswerReason(StrEnum):
    """Why an answer did not count. UNKNOWN also stands for somebody else's challenge, so that
    nothing is learned from it; a vendor that checks adds TRIES_USED, GONE and UNAVAILABLE."""

    WRONG = "wrong"
    CLOCK = "clock"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"
    USED = "used"
    CANCELED = "canceled"
    LOCKED = "locked"
    WAIT = "wait"
    UNKNOWN = "unknown"
    TRIES_USED = "tries_used"
    GONE = "gone"
    UNAVAILABLE = "unavailable"


class CeremonyFault(StrEnum):
    """Why a passkey's answer was refused. The log has the exact fault; people are told what to
    do."""

    MALFORMED = "malformed"
    STATE = "state"
    ORIGIN = "origin"
    RELYING_PARTY = "relying_party"
    CHALLENGE = "challenge"
    CROSS_ORIGIN = "cross_origin"
    NOT_PRESENT = "not_present"
    NOT_VERIFIED = "not_verified"
    ALGORITHM = "algorithm"
    BACKUP_FLAGS = "backup_flags"
    BACKUP_CHANGED = "backup_changed"
    UNKNOWN_CREDENTIAL = "unknown_credential"
    DUPLICATE = "duplicate"
    SIGNATURE = "signature"
    ATTESTATION = "attestation"
    MODEL = "model"
    NOT_TRUSTED = "not_trusted"
    USER_HANDLE = "user_handle"


class FormReason(StrEnum):
    """Why a kept form was not sent on. For the log: people are only told that it is gone."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    OTHER_TENANT = "other_tenant"
    OTHER_PATH = "other_path"


WhyRejected: TypeAlias = AnswerReason | CeremonyFault
"""Every reason for which an answer does not count."""
