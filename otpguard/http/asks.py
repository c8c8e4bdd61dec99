"""Asks in addresses: what a refused request wanted, encrypted and short-lived.

The token goes through the browser, so it is encrypted, not only signed: it holds the sid. It
orders nothing by itself; whoever presents it must be the same user in the same login session.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta

from otpguard import vault
from otpguard.core.sending import sending
from otpguard.core.wishes import dump
from otpguard.exceptions import Ask

LIFE = timedelta(minutes=30)


def seal(ask: Ask) -> str:
    """A token for `ask`, fit for a path."""
    plain = {**asdict(ask), "sending": dump(ask.sending.wishes)}
    return vault.seal(vault.ASK, json.dumps(plain, separators=(",", ":")))


def unseal(token: str) -> Ask | None:
    """The ask of a token; None when it was tampered with or is older than half an hour."""
    try:
        plain = json.loads(vault.unseal(vault.ASK, token, max_age=LIFE))
        return Ask(**{**plain, "sending": sending(**plain["sending"])})
    except (ValueError, TypeError, KeyError):  # no token of ours, or one of another release
        return None
