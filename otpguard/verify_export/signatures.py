"""The check of signatures: by `cryptography` where it is, else by our own, which is slower."""

from __future__ import annotations

from otpguard.core.sealing import ed25519

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    HAS_CRYPTOGRAPHY = False
else:
    HAS_CRYPTOGRAPHY = True


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the key `public` made `signature` of `message`."""
    if not HAS_CRYPTOGRAPHY:
        return ed25519.is_signed(public, signature, message)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
