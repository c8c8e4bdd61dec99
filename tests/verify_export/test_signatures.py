"""The check of signatures with and without `cryptography`."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from otpguard.verify_export import signatures


@pytest.mark.parametrize("there", [True, False])
def test_both_ways_say_the_same(there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signatures, "HAS_CRYPTOGRAPHY", there)
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key().public_bytes_raw(), key.sign(b"m")
    assert signatures.is_signed(public, signature, b"m")
    assert not signatures.is_signed(public, signature, b"n")
    assert not signatures.is_signed(b"no key", signature, b"m")
