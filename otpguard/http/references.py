"""Signed references to challenges: what the status poll carries instead of a session."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from otpguard import vault

LIFE = timedelta(minutes=15)


def seal(challenge: UUID) -> str:
    """A reference that only this site can have made."""
    return vault.encrypt(challenge.hex).rstrip("=")


def unseal(reference: str) -> UUID | None:
    """The challenge of a reference; None when it was tampered with or is too old."""
    try:
        padded = reference + "=" * (-len(reference) % 4)
        return UUID(hex=vault.decrypt(padded, max_age=LIFE))
    except (vault.UndecryptableError, UnicodeEncodeError, ValueError):
        return None
