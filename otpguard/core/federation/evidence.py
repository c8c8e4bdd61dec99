"""What an identity provider states of one sign-in: values of a signed statement, which nobody
has graded yet.

An adapter fills it in from a verified ID token or assertion, and from nothing else: what userinfo,
an access token or the browser says is no evidence. `grade.py` says what it is worth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_VALUES = 32
"""How many values of one kind are read; a provider of good faith sends a handful."""

LONGEST_VALUE = 255
"""How many characters a value may have."""


class Protocol(StrEnum):
    """How an identity provider speaks."""

    OIDC = "oidc"
    SAML = "saml"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInEvidence:
    """One sign-in as its identity provider signed it.

    `issuer` and `subject` name the person, and only together: the ID token's `iss` and `sub`, or
    the assertion's issuer and its whole NameID. `amr` are methods (RFC 8176), or what a SAML
    attribute lists of them; `acr` is the OIDC class, `contexts` are the AuthnContextClassRefs of
    SAML and `acrs` the authentication contexts of Entra ID. `authenticated_at` is when the person
    proved themselves there, by its clock: `auth_time` or AuthnInstant, None if it is not said.
    `received_at` is our clock when the statement arrived. `email` is the address that it states, in
    lower case and not denied to be verified; it names nobody by itself, so it is not in
    `raw_values`.
    """

    issuer: str
    subject: str
    protocol: Protocol
    received_at: datetime
    amr: tuple[str, ...] = ()
    acr: str = ""
    contexts: tuple[str, ...] = ()
    acrs: tuple[str, ...] = ()
    authenticated_at: datetime | None = None
    email: str = ""


def values_of(said: object) -> tuple[str, ...]:
    """The values of a claim or attribute that should be a list of strings, or is one string.

    Anything else in it is left out, and so is a value that is empty or longer than LONGEST_VALUE.
    A list of more than MOST_VALUES counts as nothing: half of a list may say what the whole does
    not.
    """
    if isinstance(said, str):
        said = (said,)
    if not isinstance(said, list | tuple) or len(said) > MOST_VALUES:
        return ()
    return tuple(each for each in said if isinstance(each, str) and 0 < len(each) <= LONGEST_VALUE)


def email_said(said: object, *, verified: object = None) -> str:
    """The e-mail address of a claim in lower case; empty for what is none, and for one that the
    provider itself calls unverified."""
    found = next(iter(values_of(said)), "").strip().lower()
    name, at, domain = found.rpartition("@")
    if not (name and at and domain) or verified is False or verified == "false":
        return ""
    return found


def raw_values(evidence: SignInEvidence) -> dict[str, list[str]]:
    """What the provider said of how, for the log and for those who set it up; never of whom."""
    said: dict[str, Iterable[str]] = {
        "amr": evidence.amr,
        "acr": (evidence.acr,) if evidence.acr else (),
        "contexts": evidence.contexts,
        "acrs": evidence.acrs,
    }
    return {name: list(values) for name, values in said.items() if values}
