"""The life of a challenge, from its start to its last answer."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    AUTHENTICATION,
    HIGH,
    MEDIUM,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    OcsfStatus,
    event,
)
from otpguard.core.text import gettext_noop as _


@event("challenge.started", _("A challenge was started"), Ocsf(AUTHENTICATION, 6))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeStarted(Event):
    """A person chose a factor; a code was ordered over the first channel of the plan.

    `test_number` marks a number of the setting TEST_NUMBERS, here and below. An anonymous challenge
    has no factor; `consent` is the version of the text that was agreed to before it.
    """

    factor: str
    kind: str
    channels: list[str]
    test_number: bool = False
    consent: str = ""


@event(
    "challenge.refused",
    _("A challenge was not started"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeRefused(Event):
    """A cap was full, the factor is locked, or nothing can be sent; nothing was charged."""

    reason: str
    retry_after: int = 0
    count: int = 1


@event("challenge.sent", _("A code was sent"), Ocsf(AUTHENTICATION, 6))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeSent(Event):
    """A provider took the message for one delivery, or `perhaps` has and did not say so."""

    channel: str
    provider: str
    step: int
    delivered: bool = False
    perhaps: bool = False


@event(
    "challenge.delivered",
    _("A code arrived"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY, OcsfStatus.SUCCESS),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeDelivered(Event):
    """A receipt says that the message of one delivery arrived."""

    channel: str
    provider: str
    step: int


@event("challenge.fell_back", _("The next channel was taken"), Ocsf(AUTHENTICATION, 6))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeFellBack(Event):
    """One route failed or stayed silent; the next of the plan was ordered."""

    failed: str
    following: str
    reason: str


@event(
    "challenge.undeliverable",
    _("No channel was left"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeUndeliverable(Event):
    """The last route of the plan failed."""

    reason: str


@event(
    "challenge.rejected",
    _("An answer was rejected"),
    Ocsf(AUTHENTICATION, 1, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeRejected(Event):
    """An answer was wrong, late, used, locked out or not this person's to give."""

    reason: str
    attempt: int = 0
    lane: str = ""


@event(
    "challenge.verified", _("A confirmation succeeded"), Ocsf(AUTHENTICATION, 1, OcsfStatus.SUCCESS)
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeVerified(Event):
    """The right answer came in time; this challenge answers no more."""

    method: str
    attempt: int
    test_number: bool = False


@event(
    "challenge.exhausted",
    _("All tries were used up"),
    Ocsf(AUTHENTICATION, 1, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeExhausted(Event):
    """The last allowed answer was wrong."""

    attempts: int


@event(
    "challenge.expired",
    _("A challenge expired"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeExpired(Event):
    """No answer came in time."""


@event("challenge.canceled", _("A challenge was canceled"), Ocsf(AUTHENTICATION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeCanceled(Event):
    """The person, a newer challenge or an operator ended it."""

    reason: str


@event(
    "challenge.repudiated",
    _("Somebody said: this was not me"),
    Ocsf(AUTHENTICATION, 99, severity=HIGH),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeRepudiated(Event):
    """The holder of the factor did not ask for the code; the session's proofs were revoked."""

    grants_revoked: int


@event(
    "client_ip.unrecognized",
    _("A client's IP address could not be read"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClientIpUnrecognized(Event):
    """Challenges are started by clients that no cap can tell apart; written once an hour.

    `trusted_proxies` is the setting in force.
    """

    trusted_proxies: int
