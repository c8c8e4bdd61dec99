"""Grants, login sessions, holds, and sign-ins at identity providers."""

from __future__ import annotations

from dataclasses import dataclass, field

from otpguard.core.events.base import (
    ACCOUNT_CHANGE,
    AUTHENTICATION,
    AUTHORIZE_SESSION,
    ENTITY_MANAGEMENT,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    OcsfStatus,
    event,
)
from otpguard.core.text import gettext_noop as _


@event(
    "grant.issued",
    _("A confirmation began to count"),
    Ocsf(AUTHORIZE_SESSION, 1, OcsfStatus.SUCCESS),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class GrantIssued(Event):
    """A proof was recorded for this login session."""

    grant: str
    method: str
    bound: bool


@event("grant.revoked", _("Confirmations were ended"), Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRevoked(Event):
    """Proofs ended before their time."""

    reason: str
    count: int
    grant: str = ""


@event(
    "session.started",
    _("A login session began"),
    Ocsf(AUTHENTICATION, 1, OcsfStatus.SUCCESS, new_logon=True),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(Event):
    """Somebody logged in; `primary` is what the session was opened with.

    `risk` is the score of the login, 0 to 100, None if nobody evaluated it.
    """

    backend: str
    primary: str
    risk: int | None = None
    risk_reasons: list[str] = field(default_factory=list)


@event(
    "password.not_checked",
    _("A new password was not checked"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY, OcsfStatus.FAILURE),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordNotChecked(Event):
    """The list of breached passwords did not answer or cannot be read, so the password was let
    through. `reason` says which kind of list it is."""

    reason: str


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


@event("rights.changed", _("Rights on the site were changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class RightsChanged(Event):
    """The host's admin gave or took staff, superuser, groups or permissions."""

    gained: list[str]
    lost: list[str]
    people: int


@event(
    "device.remembered",
    _("A device was remembered"),
    Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY),
    personal=("name",),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRemembered(Event):
    """A browser proved a factor for the first time."""

    device: str
    name: str


@event(
    "device.revoked",
    _("A device was forgotten"),
    Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY),
    personal=("name",),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRevoked(Event):
    """A person or an operator forgot a browser: it is a stranger again."""

    device: str
    name: str
    reason: str


@event("idp.changed", _("An identity provider was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class IdpChanged(Event):
    """It was added, changed, switched or removed; `changed` are the columns, never a secret. What
    it proved until then ended where that is worth less now: `count` proofs. `unlinked` people have
    to link their sign-in again, because the tenant itself has named another place."""

    provider: str
    name: str
    changed: list[str] = field(default_factory=list)
    count: int = 0
    unlinked: int = 0
    removed: bool = False
    reason: str = ""


@event(
    "idp_proof.accepted",
    _("A sign-in at an identity provider counts"),
    Ocsf(AUTHORIZE_SESSION, 1),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class IdpProofAccepted(Event):
    """`said` is what the provider stated of how, word for word, and `authenticated_at` when."""

    provider: str
    grant: str
    method: str
    bound: bool
    said: list[str]
    authenticated_at: str


@event(
    "idp_proof.rejected",
    _("A sign-in at an identity provider did not count"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class IdpProofRejected(Event):
    """A factor of this site is asked for instead; `said` as above."""

    provider: str
    reason: str
    said: list[str] = field(default_factory=list)
    authenticated_at: str = ""


@event("identity.linked", _("A sign-in was linked to an account"), Ocsf(ACCOUNT_CHANGE, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLinked(Event):
    """From now on that sign-in opens this account. The person said so while logged in, or it was
    `automatic`: the tenant has verified the domain of their address and brought them itself."""

    provider: str
    identity: str
    automatic: bool = False


@event("identity.unlinked", _("A sign-in was unlinked from an account"), Ocsf(ACCOUNT_CHANGE, 6))
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityUnlinked(Event):
    """That sign-in opens this account no longer."""

    provider: str
    identity: str
    reason: str
    count: int = 0
