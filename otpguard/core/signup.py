"""Who signs up: when a phone number is asked for, and what shows who they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FIRST_ACTION = "first_action"


class SignupVerification(StrEnum):
    """When somebody who signs up confirms a phone number."""

    DEFERRED = "deferred"
    """At the first action that matters: people try the product first."""

    ALWAYS = "always"
    """Before there is an account."""


class Identity(StrEnum):
    """What somebody has to show once, before their first action."""

    PHONE = "phone"
    PHONE_EMAIL = "phone_email"
    IAL2 = "ial2"
    """Also documents, and that the number has no new owner."""


class IdentityPart(StrEnum):
    """One thing that shows who somebody is."""

    PHONE = "phone"
    NUMBER = "number"
    """The number is still that of the person who confirmed it."""

    EMAIL = "email"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownIdentity:
    """What somebody has shown. `reassigned` is None where no vendor says anything of it."""

    phone: bool
    reassigned: bool | None = None
    email: bool = False
    documents: bool = False


def parts_of(identity: Identity) -> tuple[IdentityPart, ...]:
    """What an identity asks for, in the order in which it is asked."""
    found = [IdentityPart.PHONE]
    if identity is Identity.IAL2:
        found.append(IdentityPart.NUMBER)
    if identity is not Identity.PHONE:
        found.append(IdentityPart.EMAIL)
    if identity is Identity.IAL2:
        found.append(IdentityPart.DOCUMENTS)
    return tuple(found)


def missing_part(identity: Identity, shown: ShownIdentity) -> IdentityPart | None:
    """The first thing that is missing; None if nothing is.

    An owner of the number who is unknown does not count as a new one: look-ups fail, and the
    documents say more. A new one must be confirmed away by another number.
    """
    holds = {
        IdentityPart.PHONE: shown.phone,
        IdentityPart.NUMBER: not shown.reassigned,
        IdentityPart.EMAIL: shown.email,
        IdentityPart.DOCUMENTS: shown.documents,
    }
    return next((part for part in parts_of(identity) if not holds[part]), None)
