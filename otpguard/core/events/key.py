"""The ledger of API keys: who did what to which key."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import ENTITY_MANAGEMENT, OTHER_ACTIVITY, Event, Ocsf, event
from otpguard.core.text import gettext_noop as _


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFields:
    """What happened to one key. `key` is the id of its record; `stepped_up_at` is when the person
    confirmed for it, empty where no policy asked."""

    key: str
    name: str
    environment: str
    scope: str
    stepped_up_at: str = ""


@event("key.created", _("An API key was created"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCreated(KeyFields, Event):
    """There is a new key."""


@event("key.rotated", _("An API key got a new secret"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotated(KeyFields, Event):
    """The secret before it opens nothing any more."""


@event("key.scope_changed", _("The scope of an API key was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class KeyScopeChanged(KeyFields, Event):
    """The key may do something else than `before`."""

    before: str = ""


@event("key.revealed", _("An API key was shown"), Ocsf(ENTITY_MANAGEMENT, 2))
@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevealed(KeyFields, Event):
    """Somebody read the secret of a key that the host can show again."""


@event("key.deleted", _("An API key was deleted"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDeleted(KeyFields, Event):
    """The key opens nothing any more. `reason` says why, where its person did not ask for it."""

    reason: str = ""


@event(
    "key.rotation_reminded",
    _("API keys are due for rotation"),
    Ocsf(ENTITY_MANAGEMENT, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotationReminded(Event):
    """So many `people` were reminded of `count` keys whose secrets are older than `days`."""

    count: int
    days: int
    people: int


@event("root_key.rotated", _("Root keys were rotated"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class RootKeyRotated(Event):
    """What was encrypted under older root keys is under the newest one: so many `rows`."""

    rows: int
