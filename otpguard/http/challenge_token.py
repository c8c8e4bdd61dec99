"""Encrypted tokens of challenges: what the status poll carries instead of a session."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from otpguard import vault

LIFE = timedelta(minutes=15)


def encrypt(challenge: UUID) -> str:
    """A token for `challenge` that only this site can make, fit for a URL path."""
    return vault.encrypt_token(vault.CHALLENGE, challenge.hex)


def decrypt(token: str) -> UUID | None:
    """The challenge of a token; None when it was tampered with or is too old."""
    try:
        return UUID(hex=vault.decrypt_token(vault.CHALLENGE, token, max_age=LIFE))
    except ValueError:
        return None
