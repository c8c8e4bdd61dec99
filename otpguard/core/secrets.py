"""Keyed digests, texts that hide themselves, and the one constant-time comparison."""

from __future__ import annotations

import hmac
from hashlib import sha256


class HiddenText(str):
    """What somebody typed as a secret. Its repr hides it, because error reports show the repr of
    every local variable; everything else it does as a text does."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "HiddenText(••••••)"


def keyed_digest(key: bytes, message: bytes) -> str:
    """HMAC-SHA-256 of `message` in lower-case hex."""
    return hmac.new(key, message, sha256).hexdigest()


def same(left: str | bytes, right: str | bytes) -> bool:
    """True when both are equal, in time that does not depend on where they differ.

    The only comparison of secrets in the code base; a house test looks for others.
    """
    return hmac.compare_digest(_bytes(left), _bytes(right))


def _bytes(value: str | bytes) -> bytes:
    # A lone surrogate, which JSON can carry, must be a wrong answer and not a crash.
    return value.encode(errors="surrogatepass") if isinstance(value, str) else value


def derive_key(root: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose from a root key of high entropy (HKDF, RFC 5869)."""
    extracted = hmac.new(b"otpguard", root, sha256).digest()
    return hmac.new(extracted, purpose.encode() + b"\x01", sha256).digest()
