"""What customers' directories change by SCIM, and the tokens that they come with."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import ACCOUNT_CHANGE, ENTITY_MANAGEMENT, Event, Ocsf, event
from otpguard.core.text import gettext_noop as _


@dataclass(frozen=True, slots=True, kw_only=True)
class ScimTokenFields:
    """What happened to one token. `token` is the id of its row, `expires_at` when it ends."""

    token: str
    name: str
    scope: str
    expires_at: str


@event("scim.token_created", _("A SCIM token was created"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class ScimTokenCreated(ScimTokenFields, Event):
    """A directory may come with this token."""


@event("scim.token_rotated", _("A SCIM token was rotated"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class ScimTokenRotated(ScimTokenFields, Event):
    """The token before it ends at `overlaps_until`."""

    before: str
    overlaps_until: str


@event("scim.token_revoked", _("A SCIM token was revoked"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class ScimTokenRevoked(ScimTokenFields, Event):
    """The token opens nothing any more; `reason` says why."""

    reason: str = ""


@event("scim.person_created", _("A directory added a person"), Ocsf(ACCOUNT_CHANGE, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPersonCreated(Event):
    """`person` is the id of the row. `new_account` is False where an account of this e-mail address
    was here before: then nothing is linked until its owner says so."""

    person: str
    new_account: bool


@event("scim.person_changed", _("A directory changed a person"), Ocsf(ACCOUNT_CHANGE, 99))
@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPersonChanged(Event):
    """`changed` names the attributes, never their values."""

    person: str
    changed: list[str]


@event("scim.person_deleted", _("A directory deleted a person"), Ocsf(ACCOUNT_CHANGE, 6))
@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPersonDeleted(Event):
    """The row is gone; the account stays."""

    person: str


@event(
    "scim.person_linked", _("A person confirmed an entry of a directory"), Ocsf(ACCOUNT_CHANGE, 99)
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPersonLinked(Event):
    """The account that was here before is the one that the directory means; or not (`accepted`)."""

    person: str
    accepted: bool


@event("scim.group_created", _("A directory added a group"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryGroupCreated(Event):
    """A group came; it gives nothing until somebody says which role it stands for."""

    group: str
    name: str


@event("scim.group_changed", _("A directory changed a group"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryGroupChanged(Event):
    """So many people were `added` and `removed`; `name` is what it is called now."""

    group: str
    name: str
    added: int
    removed: int


@event("scim.group_deleted", _("A directory deleted a group"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryGroupDeleted(Event):
    """The group is gone, and what it gave."""

    group: str
    name: str


@event(
    "scim.group_mapped", _("The role of a directory's group was set"), Ocsf(ENTITY_MANAGEMENT, 3)
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryGroupMapped(Event):
    """Its people get the role `after` from now on, in place of `before`."""

    group: str
    name: str
    before: str
    after: str
    reason: str = ""


@event(
    "scim.role_withheld",
    _("A role of a directory waits for an approval"),
    Ocsf(ENTITY_MANAGEMENT, 3),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryRoleWithheld(Event):
    """The policy asks for approvals, and a directory does not count as a second person."""

    person: str
    roles: list[str]


@event("scim.removal_held", _("A directory removes many people"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalHeld(Event):
    """A removal waits: `removed` of `people` have gone within an hour."""

    person: str
    removed: int
    people: int


@event(
    "scim.removal_decided",
    _("Removals of a directory were decided"),
    Ocsf(ENTITY_MANAGEMENT, 3),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalDecided(Event):
    """An administrator let `count` removals through (`released`), or refused them."""

    count: int
    released: bool
    reason: str = ""
