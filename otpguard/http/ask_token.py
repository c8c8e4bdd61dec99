"""Asks in URLs: what a refused request wanted, encrypted and short-lived.

The token goes through the browser, so it is encrypted, not only signed: it holds the sid. It starts
nothing by itself, and only the same user in the same login session can use it. That of an anonymous
request names neither, and has a purpose of its own.
"""

from __future__ import annotations

from datetime import timedelta

from otpguard import vault
from otpguard.exceptions import Ask

LIFE = timedelta(minutes=30)


def encrypt(ask: Ask, *, purpose: str = vault.ASK) -> str:
    """A token for `ask`, fit for a path. Only `decrypt` with the same purpose opens it."""
    return vault.encrypt_token(purpose, ask.dump())


def decrypt(token: str, *, purpose: str = vault.ASK) -> Ask | None:
    """The ask of a token; None when it was tampered with or is older than half an hour."""
    try:
        return Ask.load(vault.decrypt_token(purpose, token, max_age=LIFE))
    except (ValueError, TypeError, KeyError):  # no token of ours, or one of another release
        return None
