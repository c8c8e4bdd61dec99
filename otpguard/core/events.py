"""The catalog of audit events: each declared once, everything else derived from it.

Laws. A code is never used again for something else. Fields are only ever added, with defaults. A
change of meaning is a new event. The grammar of a code is `subject.past_participle`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, TypeVar

from otpguard.core.registry import Registry
from otpguard.core.text import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Ocsf:
    """The class and activity of the Open Cybersecurity Schema Framework 1.8.0 an event maps to."""

    class_uid: int
    activity: int

    @property
    def type_uid(self) -> int:
        """OCSF's `type_uid`: class times one hundred plus activity."""
        return self.class_uid * 100 + self.activity


AUTHENTICATION = 3002
AUTHORIZE_SESSION = 3003
ACCOUNT_CHANGE = 3001
ENTITY_MANAGEMENT = 3004
API_ACTIVITY = 6003
OTHER_ACTIVITY = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An immutable audit fact. Subclasses add the fields that only they have."""

    code: ClassVar[str]
    label: ClassVar[str]
    ocsf: ClassVar[Ocsf]

    def data(self) -> dict[str, Any]:
        """The event's own fields as plain JSON values."""
        return asdict(self)


E = TypeVar("E", bound=type[Event])
CATALOG: Registry[type[Event]] = Registry("event")


def event(code: str, label: str, ocsf: Ocsf) -> Callable[[E], E]:
    """Register an event class under its code, with its English label and its OCSF mapping."""

    def register(kind: E) -> E:
        kind.code, kind.label, kind.ocsf = code, label, ocsf
        CATALOG.add(code, kind)
        return kind

    return register


def field_names(kind: type[Event]) -> tuple[str, ...]:
    """The names of an event's own fields, in order."""
    return tuple(each.name for each in fields(kind))


# --- checkpoints ----------------------------------------------------------------------------------


@event("checkpoint.required", _("Proof was asked for"), Ocsf(AUTHENTICATION, 6))
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRequired(Event):
    """A request was stopped until a factor is proven or enrolled; `count` requests in this row."""

    level: str
    reason: str
    enrollment: bool = False
    count: int = 1


@event("checkpoint.held", _("A hold stopped a request"), Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointHeld(Event):
    """A request came while a hold was running."""

    until: str
    count: int = 1


@event("checkpoint.denied", _("A request was refused"), Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointDenied(Event):
    """A request was refused and no proof would have helped."""

    reason: str
    count: int = 1


@event("checkpoint.passed", _("A request passed"), Ocsf(AUTHORIZE_SESSION, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointPassed(Event):
    """The first pass of one proof at one checkpoint, or each use of a bound proof."""

    grant: str
    method: str
    level: str
    bound: bool = False


@event(
    "checkpoint.reported", _("A request passed in report-only mode"), Ocsf(AUTHORIZE_SESSION, 99)
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointReported(Event):
    """A request passed that would have been refused, because the site only reports here."""

    level: str
    reason: str
    count: int = 1


# --- challenges -----------------------------------------------------------------------------------


@event("challenge.started", _("A challenge was started"), Ocsf(AUTHENTICATION, 6))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeStarted(Event):
    """A person chose a factor; a code was ordered over the first channel of the plan."""

    factor: str
    kind: str
    channels: list[str]


@event("challenge.refused", _("A challenge was not started"), Ocsf(AUTHENTICATION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeRefused(Event):
    """A cap was full, the factor is locked, or nothing can be sent; nothing was charged."""

    reason: str
    retry_after: int = 0
    count: int = 1


@event("challenge.sent", _("A code was sent"), Ocsf(AUTHENTICATION, 6))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeSent(Event):
    """A provider took the message for one delivery."""

    channel: str
    provider: str
    step: int
    delivered: bool = False


@event("challenge.fell_back", _("The next channel was taken"), Ocsf(AUTHENTICATION, 6))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeFellBack(Event):
    """One route failed or stayed silent; the next of the plan was ordered."""

    failed: str
    following: str
    reason: str


@event("challenge.undeliverable", _("No channel was left"), Ocsf(AUTHENTICATION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeUndeliverable(Event):
    """The last route of the plan failed."""

    reason: str


@event("challenge.rejected", _("An answer was rejected"), Ocsf(AUTHENTICATION, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeRejected(Event):
    """An answer was wrong, late, used, locked out or not this person's to give."""

    reason: str
    attempt: int = 0
    lane: str = ""


@event("challenge.verified", _("A factor was proven"), Ocsf(AUTHENTICATION, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeVerified(Event):
    """The right answer came in time; this challenge answers no more."""

    method: str
    attempt: int


@event("challenge.exhausted", _("All tries were used up"), Ocsf(AUTHENTICATION, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeExhausted(Event):
    """The last allowed answer was wrong."""

    attempts: int


@event("challenge.expired", _("A challenge expired"), Ocsf(AUTHENTICATION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeExpired(Event):
    """Nobody answered in time."""


@event("challenge.canceled", _("A challenge was canceled"), Ocsf(AUTHENTICATION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeCanceled(Event):
    """The person, a newer challenge or an operator ended it."""

    reason: str


@event("challenge.repudiated", _("Somebody said: this was not me"), Ocsf(AUTHENTICATION, 99))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeRepudiated(Event):
    """The holder of the factor did not ask for the code; the session's proofs were revoked."""

    grants_revoked: int


# --- grants, sessions, holds ----------------------------------------------------------------------


@event("grant.issued", _("A grant was issued"), Ocsf(AUTHORIZE_SESSION, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class GrantIssued(Event):
    """A proof was recorded for this login session."""

    grant: str
    method: str
    bound: bool


@event("grant.revoked", _("Grants were revoked"), Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRevoked(Event):
    """Proofs ended before their time."""

    reason: str
    count: int
    grant: str = ""


@event("session.started", _("A login session began"), Ocsf(AUTHENTICATION, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(Event):
    """Somebody logged in; `primary` is what the session was opened with."""

    backend: str
    primary: str


@event("session.ended", _("A login session ended"), Ocsf(AUTHENTICATION, 2))
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    """Somebody logged out, or an operator ended it; the session's grants ended with it."""

    grants_revoked: int
    reason: str = ""


@event("hold.started", _("A hold began"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStarted(Event):
    """A wait was put on a membership's checkpoint."""

    until: str
    reason: str


@event("hold.lifted", _("A hold was lifted"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLifted(Event):
    """A wait was ended early by somebody else than the one it bound."""

    reason: str


# --- factors, policies, tenants -------------------------------------------------------------------


@event("factor.enrolled", _("A factor was enrolled"), Ocsf(ACCOUNT_CHANGE, 10))
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorEnrolled(Event):
    """A person gained a means of proof."""

    factor: str
    kind: str


@event("factor.removed", _("A factor was removed"), Ocsf(ACCOUNT_CHANGE, 11))
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRemoved(Event):
    """A means of proof was taken away; the person's grants ended with it."""

    factor: str
    kind: str
    reason: str


@event("factor.disabled", _("A factor was disabled"), Ocsf(ACCOUNT_CHANGE, 9))
@dataclass(frozen=True, slots=True, kw_only=True)
class FactorDisabled(Event):
    """Too many failures in one lane (NIST 3.2.2), or an operator's decision."""

    factor: str
    reason: str
    lane: str = ""


@event("policy.changed", _("A policy was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged(Event):
    """Wishes for one checkpoint got a new version; `weakened` names fields that got looser."""

    version: int
    wishes: dict[str, Any]
    weakened: list[str]


@event("tenant.created", _("A tenant was created"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class TenantCreated(Event):
    """A customer organisation came to be."""

    slug: str


@event("tenant.changed", _("A tenant was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class TenantChanged(Event):
    """Contract, status or facts of a tenant changed; old and new values."""

    before: dict[str, Any]
    after: dict[str, Any]
    reason: str = ""


@event("membership.changed", _("A membership was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipChanged(Event):
    """Roles or activity of a member changed; `created` for the first time.

    `gained` names the admin roles that this change gave, `reason` why, when somebody said so.
    """

    roles: list[str]
    active: bool
    created: bool = False
    gained: list[str] = field(default_factory=list)
    reason: str = ""


# --- held requests --------------------------------------------------------------------------------


@event("request.held", _("A request was kept"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHeld(Event):
    """A form was kept, encrypted, until its sender has proven who they are."""

    fields: int
    withheld: int


@event("request.continued", _("A kept request was continued"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContinued(Event):
    """The sender pressed Continue on the page that names the action."""


@event("request.rejected", _("A kept request was rejected"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRejected(Event):
    """A kept request was used before, expired, foreign or tampered with."""

    reason: str
