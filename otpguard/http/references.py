"""Signed references to challenges: what the status poll carries instead of a session."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from otpguard import vault

LIFE = timedelta(minutes=15)


def seal(challenge: UUID) -> str:
    """A reference that only this site can have made."""
    return vault.seal(vault.REFERENCE, challenge.hex)


def unseal(reference: str) -> UUID | None:
    """The challenge of a reference; None when it was tampered with or is too old."""
    try:
        return UUID(hex=vault.unseal(vault.REFERENCE, reference, max_age=LIFE))
    except ValueError:
        return None
