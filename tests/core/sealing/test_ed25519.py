"""The plain check of signatures: the vectors of RFC 8032, and `cryptography` beside it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from otpguard.core.sealing.ed25519 import is_signed

VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
            "6bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d"
            "8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6"
            "594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032_hold(public: str, message: str, signature: str) -> None:
    key, said, signed = map(bytes.fromhex, (public, message, signature))
    assert is_signed(key, signed, said)
    assert not is_signed(key, signed, said + b"x")
    for at in (0, 31, 32, 63):
        flipped = bytearray(signed)
        flipped[at] ^= 1
        assert not is_signed(key, bytes(flipped), said)


def test_a_scalar_beyond_the_order_is_refused() -> None:
    """Else each signature would have a second form."""
    key, said, signed = map(bytes.fromhex, VECTORS[1])
    more = int.from_bytes(signed[32:], "little") + ORDER
    assert not is_signed(key, signed[:32] + more.to_bytes(32, "little"), said)


@pytest.mark.parametrize("public", [b"", b"x" * 31, b"\xff" * 32, b"\x01" + bytes(30) + b"\x80"])
def test_what_is_no_key_has_signed_nothing(public: bytes) -> None:
    assert not is_signed(public, bytes.fromhex(VECTORS[0][2]), b"")
    assert not is_signed(bytes.fromhex(VECTORS[0][0]), b"short", b"")


def test_it_agrees_with_cryptography() -> None:
    for number in range(5):
        private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        message = b"m" * number
        public = private.public_key().public_bytes_raw()
        assert is_signed(public, private.sign(message), message)
