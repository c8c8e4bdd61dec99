"""Keyed digests and the one constant-time comparison of the product."""

from __future__ import annotations

import hmac
from hashlib import sha256


def keyed_digest(key: bytes, message: bytes) -> str:
    """HMAC-SHA-256 of `message` in lower-case hex."""
    return hmac.new(key, message, sha256).hexdigest()


def same(left: str | bytes, right: str | bytes) -> bool:
    """True when both are equal, in time that does not depend on where they differ.

    The only comparison of secrets in the code base; a house test looks for others.
    """
    return hmac.compare_digest(_bytes(left), _bytes(right))


def _bytes(value: str | bytes) -> bytes:
    # A lone surrogate, as JSON can carry one, is a wrong answer and not a crash.
    return value.encode(errors="surrogatepass") if isinstance(value, str) else value


def derive_key(root: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose from a root key of high entropy (HKDF, RFC 5869)."""
    extracted = hmac.new(b"otpguard", root, sha256).digest()
    return hmac.new(extracted, purpose.encode() + b"\x01", sha256).digest()
