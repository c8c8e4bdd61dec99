"""Tokens that a page of another origin carries: its challenge, the claim that comes of it, and what
says that its browser has opened the link in an e-mail."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from uuid import UUID

from otpguard import vault
from otpguard.core.pumping.email_first import LINK_LIFE
from otpguard.flows.number.answer import CLAIM_LIFE
from otpguard.vault import UndecryptableError

LIFE = timedelta(minutes=30)
LONGEST = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedChallenge:
    """A challenge of a page, with the id that its form gave the browser."""

    challenge: UUID
    browser: str = field(repr=False)
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReference:
    """A claim, with the id of the browser that has proven it."""

    claim: UUID
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedLink:
    """A link in an e-mail: the token that marks `browser`, and where the visitor then goes on. No
    page knows the browser before the link is opened."""

    token: str = field(repr=False)
    browser: str = field(repr=False)
    origin: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedPage:
    """A page that was opened by such a link, in the browser that it has marked."""

    browser: str = field(repr=False)
    origin: str
    source: str
    tenant: str


def encrypt_challenge(named: EmbeddedChallenge) -> str:
    """A token for the page."""
    return vault.encrypt_token(vault.EMBEDDED, json.dumps(asdict(named), default=str))


def decrypt_challenge(token: str, *, origin: str) -> EmbeddedChallenge | None:
    """What it names; None if it was changed, is too old or is of another origin."""
    said = _opened(vault.EMBEDDED, token, LIFE)
    if said is None or said.get("origin") != origin:
        return None
    return EmbeddedChallenge(
        challenge=UUID(said["challenge"]), browser=said["browser"], origin=origin
    )


def encrypt_claim(named: ClaimReference) -> str:
    """A reference for the host's server, that passes through the page."""
    return vault.encrypt_token(vault.CLAIM, json.dumps(asdict(named), default=str))


def decrypt_claim(token: str) -> ClaimReference | None:
    """What it names; None if it was changed or is too old."""
    said = _opened(vault.CLAIM, token, CLAIM_LIFE)
    if said is None:
        return None
    return ClaimReference(claim=UUID(said["claim"]), browser=said["browser"])


def encrypt_link(named: EmbeddedLink) -> str:
    """A token for the URL that is sent by e-mail."""
    return vault.encrypt_token(vault.EMBEDDED_LINK, json.dumps(asdict(named)))


def decrypt_link(token: str) -> EmbeddedLink | None:
    """What it names; None if it was changed or is too old."""
    said = _opened(vault.EMBEDDED_LINK, token, LINK_LIFE)
    return None if said is None else EmbeddedLink(**said)


def encrypt_mailed(named: MailedPage) -> str:
    """A token for the page that the link leads to."""
    return vault.encrypt_token(vault.MAILED, json.dumps(asdict(named)))


def mailed_browser(token: str, *, origin: str, source: str, tenant: str) -> str:
    """The browser that has opened its link for a form there; empty if the token was changed, is too
    old or is of another form."""
    said = _opened(vault.MAILED, token, LIFE)
    if said is None:
        return ""
    named = MailedPage(**said)
    here = (origin, source, tenant)
    return named.browser if (named.origin, named.source, named.tenant) == here else ""


def _opened(purpose: str, token: str, life: timedelta) -> dict[str, str] | None:
    if not token or len(token) > LONGEST:
        return None
    try:
        said: dict[str, str] = json.loads(vault.decrypt_token(purpose, token, max_age=life))
    except UndecryptableError:
        return None
    return said
