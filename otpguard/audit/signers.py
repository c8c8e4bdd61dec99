"""What signs the heads of the audit log. A public extension point.

A signer is named in OTPGUARD["AUDIT_SIGNER"] by dotted path, with OPTIONS that become keyword
arguments of its constructor: `FileSigner` here, or a class of the host's that asks a KMS.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.utils.module_loading import import_string

from otpguard import vault
from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.secrets import derive_key


@runtime_checkable
class HeadSigner(Protocol):
    """Signs heads with an Ed25519 key. It is made once in a process and used by several threads."""

    public: bytes
    """The public key: 32 bytes."""
    retired: tuple[bytes, ...]
    """The public keys that signed before it and are still trusted."""

    def sign(self, message: bytes) -> bytes:
        """The signature of `message`: 64 bytes. What it raises ends the pass; the next one tries
        again."""


class FileSigner:
    """A private key in a file (PEM, PKCS #8, without a password)."""

    def __init__(self, *, file: str, retired: Sequence[str] = ()) -> None:
        """`retired` are older public keys in hex. Raises ValueError, also for a file that cannot
        be read; the message never shows its content."""
        try:
            key = load_pem_private_key(Path(file).read_bytes(), password=None)
        except (OSError, TypeError, ValueError, UnsupportedAlgorithm):
            raise ValueError(f"{file} has no private key that can be read") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{file} must have an Ed25519 key")
        self._key = key
        self.public = key.public_key().public_bytes_raw()
        self.retired = tuple(bytes.fromhex(each) for each in retired)
        if any(len(each) != len(self.public) for each in self.retired):
            raise ValueError("retired: each key is 64 hexadecimal digits")

    def sign(self, message: bytes) -> bytes:
        """The signature of `message`."""
        return self._key.sign(message)


class RootKeySigner:
    """A key derived from the newest root key: who can read the settings can sign.

    It is another one in each installation. The keys of older root keys at hand stay trusted.
    """

    def __init__(self) -> None:
        self._key, *older = _derived(vault.SEAL)
        self.public = self._key.public_key().public_bytes_raw()
        self.retired = tuple(key.public_key().public_bytes_raw() for key in older)

    def sign(self, message: bytes) -> bytes:
        """The signature of `message`."""
        return self._key.sign(message)


class ClockSigner(RootKeySigner):
    """The key that says when a head was made, derived like the other; heads carry no time."""

    def __init__(self) -> None:
        self._key, *older = _derived(vault.CLOCK)
        self.public = self._key.public_key().public_bytes_raw()
        self.retired = tuple(key.public_key().public_bytes_raw() for key in older)


@lru_cache(maxsize=1)
def head_signer() -> HeadSigner:
    """The signer in force. Raises ImportError, TypeError or ValueError for one that does not
    load."""
    config = settings().audit_signer
    made = import_string(config.backend)(**config.options)
    if not isinstance(made, HeadSigner):
        raise TypeError(f"{config.backend} lacks public, retired or sign")
    return made


@lru_cache(maxsize=1)
def clock_signer() -> HeadSigner:
    """What signs the time of heads."""
    return ClockSigner()


def trusted(signer: HeadSigner) -> frozenset[bytes]:
    """The public keys whose signatures count."""
    return frozenset({signer.public, *signer.retired})


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the key `public` made `signature` of `message`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _derived(purpose: str) -> list[Ed25519PrivateKey]:
    installation = settings().installation
    return [
        Ed25519PrivateKey.from_private_bytes(
            derive_key(vault.key_for(purpose, key_id), f"signs for {installation}")
        )
        for key_id in vault.key_ids()
    ]


forget_on_change(
    *(head_signer, clock_signer), names=("OTPGUARD", "SECRET_KEY", "SECRET_KEY_FALLBACKS")
)
