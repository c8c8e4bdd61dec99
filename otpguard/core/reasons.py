"""Why a challenge did not start, an answer did not count, a kept form was not sent on.

Closed sets. Each member but those for the log alone has a sentence in `otpguard.web.messages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

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
    SIM_CHANGED = "sim_changed"
    NUMBER_REASSIGNED = "number_reassigned"
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
    CAP_MAILBOX = "cap_mailbox"
    CAP_TENANT = "cap_tenant"
    CAP_SITE = "cap_site"
    PROOF_OF_WORK = "proof_of_work"
    ANOTHER_WAY = "another_way"
    FORM_AGAIN = "form_again"
    EMAIL_FIRST = "email_first"


WhyNotStarted: TypeAlias = StartReason | Reason
"""A reason of the start itself, or the guard's own for a person who may not pass at all."""


_OF_CAP: Mapping[CapName, StartReason] = MappingProxyType(
    {
        CapName.SESSION: StartReason.CAP_SESSION,
        CapName.BROWSER: StartReason.CAP_BROWSER,
        CapName.IP: StartReason.CAP_IP,
        CapName.IP_DAY: StartReason.CAP_IP,
        CapName.IP_SITE_DAY: StartReason.CAP_IP,
        CapName.UNREADABLE_IP: StartReason.CAP_IP,
        CapName.UNREADABLE_IP_NOTED: StartReason.CAP_IP,
        CapName.FACTOR: StartReason.CAP_FACTOR,
        CapName.NUMBER: StartReason.CAP_NUMBER,
        CapName.NUMBER_MONTH: StartReason.CAP_NUMBER,
        CapName.ENROLLMENT: StartReason.CAP_ENROLLMENT,
        CapName.MAILBOX: StartReason.CAP_MAILBOX,
        CapName.MAILBOX_LINKS: StartReason.CAP_MAILBOX,
        CapName.IP_LINKS: StartReason.CAP_IP,
        CapName.MAILBOX_RESETS: StartReason.CAP_MAILBOX,
        CapName.IP_RESETS: StartReason.CAP_IP,
        CapName.TENANT: StartReason.CAP_TENANT,
        CapName.SITE: StartReason.CAP_SITE,
        # Which one it was would tell an attacker what to change.
        CapName.PREFIX: StartReason.ANOTHER_WAY,
        CapName.NETWORK: StartReason.ANOTHER_WAY,
        CapName.STRANGERS: StartReason.ANOTHER_WAY,
        CapName.EMAIL_DOMAIN: StartReason.ANOTHER_WAY,
        CapName.NETWORK_UNASKED: StartReason.PROOF_OF_WORK,
    }
)


def reason_of_cap(cap: CapName) -> StartReason:
    """The reason of a start that a full cap refused."""
    return _OF_CAP[cap]


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
    NUMBER_OVERUSED = "number_overused"


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
