"""API keys as values: which checkpoint guards one, when it should be rotated, and its text.

The text is `prefix_live_…` or `prefix_test_…`, then 33 random letters and digits, then six that
check the rest: the first four bytes of its SHA-256 in base 62. A secret scanner finds it by its
prefix and knows by the checksum that it is real.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from otpguard.core.secrets import HiddenText, same

TEST_ENVIRONMENTS = frozenset({"test", "testing", "development", "sandbox", "staging"})
"""The words for keys that open nothing real. Every other word counts as production."""

SANDBOX = "sandbox"
"""The environment of a tenant whose data is not real."""

PREFIX = re.compile(r"[a-z][a-z0-9]{1,15}")
SECRET_BYTES = 24
SHOWN = 6
"""So many of the random characters are shown, so that people tell keys apart."""

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BODY, _CHECK = 33, 6
_TEXT = re.compile(rf"[a-z][a-z0-9]{{1,15}}_(live|test)_[0-9A-Za-z]{{{_BODY + _CHECK}}}")


class KeyAction(StrEnum):
    """What is done to a key, each under its guard."""

    CREATE = "create"
    ROTATE = "rotate"
    CHANGE_SCOPE = "change_scope"
    REVEAL = "reveal"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """A key as a host describes it. `reference` is the host's own id of it, unique in the tenant;
    `prefix` is the part of its secret that may be shown."""

    reference: str
    name: str
    environment: str
    scope: str = ""
    prefix: str = ""


def is_production(environment: str, *, tenant_environment: str) -> bool:
    """Whether a key opens something real: not a test key, and not in a sandbox.

    A word that is not known counts as production, and so does an unknown tenant.
    """
    if tenant_environment == SANDBOX:
        return False
    return environment.strip().lower() not in TEST_ENVIRONMENTS


def checkpoint_for_key(environment: str, *, tenant_environment: str) -> str:
    """The checkpoint that guards a key of this environment in a tenant of that environment."""
    real = is_production(environment, tenant_environment=tenant_environment)
    return "api_key.production" if real else "api_key"


def is_rotation_due(since: datetime, *, days: int, now: datetime) -> bool:
    """Whether a secret that is as it is `since` then should be replaced; never with 0 days."""
    return days > 0 and since + timedelta(days=days) <= now


def make_key_text(prefix: str, *, production: bool, entropy: bytes) -> HiddenText:
    """The secret of a key. `entropy` is SECRET_BYTES of randomness."""
    head = f"{prefix}_{'live' if production else 'test'}_"
    body = head + _base62(int.from_bytes(entropy, "big"), _BODY)
    return HiddenText(body + _checksum(body))


def is_key_text(text: str) -> bool:
    """Whether a text is of the form of a key and its checksum fits. Says nothing about whether
    there is such a key."""
    return bool(_TEXT.fullmatch(text)) and same(_checksum(text[:-_CHECK]), text[-_CHECK:])


def shown_part(text: str) -> str:
    """The beginning of a key's text, which may be stored and shown."""
    return text[: -(_BODY + _CHECK - SHOWN)]


def _checksum(body: str) -> str:
    return _base62(int.from_bytes(sha256(body.encode()).digest()[:4], "big"), _CHECK)


def _base62(number: int, width: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits.rjust(width, _DIGITS[0])
