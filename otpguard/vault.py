"""Keys and encryption at rest: one root key, one derived key for each purpose (C15).

The first root key encrypts and signs, older ones only read, so a key rotates by putting a new one
in front. Ciphertexts are Fernet tokens (AES-128-CBC with HMAC-SHA-256). The keys of the blind index
rotate apart from them (C16): a number's index must not change because the vault's key did.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings as django_settings
from django.utils.encoding import force_bytes

from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.secrets import derive_key, keyed_digest, same

CODE: Final = "code"
INDEX: Final = "index"
MAC: Final = "mac"
INTENT: Final = "intent"
DEVICE: Final = "device"
ASK: Final = "ask"
NUMBER_ASK: Final = "number ask"
BROWSER: Final = "browser"
CHALLENGE: Final = "challenge"
FORM: Final = "form"
WORK: Final = "work"
WORK_KEY: Final = "work key"
FINGERPRINT: Final = "fingerprint"
EMBEDDED: Final = "embedded"
CLAIM: Final = "claim"
EMAIL: Final = "email"
EMAIL_LINK: Final = "e-mail link"
EMBEDDED_LINK: Final = "embedded e-mail link"
MAILED: Final = "mailed"
LOCKDOWN: Final = "lockdown"
RESET_LINK: Final = "reset link"
RESET_DENIAL: Final = "reset denial"
EMAIL_UNDO: Final = "e-mail undo"
RELEASE: Final = "release"
RELEASE_CANCEL: Final = "release cancel"
BILLING_LOCK: Final = "billing lock"
CLOSURE_CANCEL: Final = "closure cancel"
SEAL: Final = "seal"
SESSION: Final = "session"
CLOCK: Final = "clock"
LOGIN_NAME: Final = "login name"
TASK: Final = "task"
CLIENT_TICKET: Final = "client ticket"
CLIENT_OPENED: Final = "client opened"
CLIENT_CODE: Final = "client code"
CURSOR: Final = "cursor"
SCIM_CURSOR: Final = "scim cursor"
ENCRYPTION: Final = "encryption"


class UndecryptableError(ValueError):
    """No configured key opens this ciphertext: its key was retired, or it was changed."""


def key_ids() -> tuple[str, ...]:
    """The ids of the root keys at hand, the newest first."""
    return tuple(_id_of(root) for root in _roots())


def key_for(purpose: str, key_id: str | None = None) -> bytes:
    """The key of `purpose`, derived from the newest root key or from the one named.

    Raises UndecryptableError when that root key is no longer at hand.
    """
    for root in _roots() if key_id is not None else _roots()[:1]:
        if key_id is None or same(_id_of(root), key_id):
            return _derived(root, purpose)
    raise UndecryptableError(f"root key {key_id} is not configured any more")


@lru_cache(maxsize=64)
def _derived(root: bytes, purpose: str) -> bytes:
    return derive_key(root, purpose)


def encrypt(plain: str) -> str:
    """`plain` as a ciphertext under the newest key. Never returns its input."""
    return _fernet(ENCRYPTION).encrypt(plain.encode()).decode()


def decrypt(token: str) -> str:
    """The plain text of a ciphertext. Raises UndecryptableError when no key opens it."""
    try:
        return _fernet(ENCRYPTION).decrypt(token.encode()).decode()
    except InvalidToken:
        raise UndecryptableError("no configured key opens this value") from None


def encrypt_token(purpose: str, plain: str) -> str:
    """An encrypted token for a URL path. Only `decrypt_token` with the same purpose opens it."""
    return _fernet(purpose).encrypt(plain.encode()).decode().rstrip("=")


def decrypt_token(purpose: str, token: str, *, max_age: timedelta) -> str:
    """The plain text of a token at most `max_age` old.

    Raises UndecryptableError for one that was tampered with, is of another purpose or too old.
    """
    try:
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        return _fernet(purpose).decrypt(padded, ttl=int(max_age.total_seconds())).decode()
    except (InvalidToken, UnicodeEncodeError):
        raise UndecryptableError("this token cannot be opened") from None


def rotate(token: str) -> str:
    """The same plain text under the newest key. Raises UndecryptableError."""
    try:
        return _fernet(ENCRYPTION).rotate(token.encode()).decode()
    except InvalidToken:
        raise UndecryptableError("no configured key opens this value") from None


def blind_indexes(value: str) -> tuple[str, ...]:
    """The keyed digests under which `value` may be found, the current key's first.

    One, or two while the index is being moved to a new key.
    """
    return tuple(keyed_digest(key, value.encode()) for key in _index_keys())


@lru_cache(maxsize=1)
def _roots() -> tuple[bytes, ...]:
    django_keys = (django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS)
    return tuple(force_bytes(root) for root in settings().root_keys or django_keys)


@lru_cache(maxsize=1)
def _index_keys() -> tuple[bytes, ...]:
    given = settings().index_keys
    if given:
        return tuple(derive_key(key.encode(), INDEX) for key in given)
    return (derive_key(_roots()[-1], INDEX),)


@lru_cache(maxsize=8)
def _fernet(purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(derive_key(root, purpose))) for root in _roots()])


@lru_cache(maxsize=16)
def _id_of(root: bytes) -> str:
    return hashlib.sha256(derive_key(root, "key-id")).hexdigest()[:8]


forget_on_change(
    *(_roots, _index_keys, _fernet, _derived, _id_of),
    names=("OTPGUARD", "SECRET_KEY", "SECRET_KEY_FALLBACKS"),
)
