"""Audiences: the groups of people of a tenant that notices go to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

ADMIN = "admin"

ADMIN_ROLES = frozenset({ADMIN, "billing_admin", "api_admin"})
"""Roles that a hold is put on when somebody gains one, and that admins are told of."""

STILL_TOLD = timedelta(hours=72)
"""How long somebody who lost a role, or an e-mail address that was removed, still gets notices:
somebody who takes over a tenant would first remove what could notice (A9)."""


class Audience(StrEnum):
    """Whom a notice about a tenant is for."""

    ADMINS = "admins"
    BILLING_ADMINS = "billing_admins"
    SECURITY_CONTACTS = "security_contacts"
    SUBJECT = "subject"
    """The person whom it is about."""

    SITE_OPERATORS = "site_operators"


ROLE_OF: Mapping[Audience, str] = MappingProxyType(
    {
        Audience.ADMINS: ADMIN,
        Audience.BILLING_ADMINS: "billing_admin",
        Audience.SECURITY_CONTACTS: "security_contact",
    }
)
"""The role whose people an audience is, for those that are one of a tenant's roles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody a notice goes to: a user by id, or an e-mail address without an account.

    A user's notices go to all e-mail addresses of the account. `language` is the one of the texts,
    such as "de"; empty for the site's.
    """

    user: str = ""
    email: str = ""
    language: str = ""

    def __post_init__(self) -> None:
        if bool(self.user) == bool(self.email):
            raise ValueError("a recipient is either a user or an e-mail address")


def note_lost_roles(
    known: Mapping[str, str], *, before: Iterable[str], after: Iterable[str], now: datetime
) -> dict[str, str]:
    """When each role was lost, as ISO times in UTC, after a change of roles from `before` to
    `after`. What is older than STILL_TOLD is dropped, and so is a role that was given again."""
    held = set(after)
    kept = {role: at for role, at in known.items() if role not in held and _is_recent(at, now)}
    stamp = now.astimezone(UTC).isoformat()
    return kept | {role: stamp for role in before if role not in held}


def was_lost_recently(lost: Mapping[str, str], role: str, *, now: datetime) -> bool:
    """Whether a role was lost within STILL_TOLD before `now`."""
    return role in lost and _is_recent(lost[role], now)


def _is_recent(at: str, now: datetime) -> bool:
    try:
        return datetime.fromisoformat(at) > now - STILL_TOLD
    except (ValueError, TypeError):
        return True  # one that cannot be read: better one notice too many
