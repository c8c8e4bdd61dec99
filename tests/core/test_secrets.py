"""Keyed digests, derived keys and the comparison."""

from __future__ import annotations

from pprint import pformat

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import assume, given
from hypothesis import strategies as st

from otpguard.core.secrets import HiddenText, derive_key, keyed_digest, same

PURPOSES = ["code", "index", "mac", "form", "device"]


def test_a_keyed_digest_is_hmac_sha_256() -> None:
    """RFC 4231, test case 2."""
    assert keyed_digest(b"Jefe", b"what do ya want for nothing?") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


@given(root=st.binary(min_size=16, max_size=64), purpose=st.text(min_size=1, max_size=20))
def test_a_derived_key_is_that_of_rfc_5869(root: bytes, purpose: str) -> None:
    reference = HKDF(algorithm=SHA256(), length=32, salt=b"otpguard", info=purpose.encode())
    assert derive_key(root, purpose) == reference.derive(root)


def test_differing_purposes_give_differing_keys() -> None:
    keys = {derive_key(b"r" * 32, purpose) for purpose in PURPOSES}
    assert len(keys) == len(PURPOSES)


@given(one=st.binary(min_size=1, max_size=64), other=st.binary(min_size=1, max_size=64))
def test_differing_roots_give_differing_keys(one: bytes, other: bytes) -> None:
    # HMAC pads a short key with zeros, so roots that differ in those only are one root.
    assume(one.rstrip(b"\0") != other.rstrip(b"\0"))
    assert derive_key(one, "code") != derive_key(other, "code")


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("abc", "abc", True),
        ("abc", b"abc", True),
        ("é", "é".encode(), True),
        ("", "", True),
        ("abc", "abd", False),
        ("abc", "abcd", False),
        ("", "0", False),
        ("\ud800", "123456", False),
    ],
)
def test_text_and_bytes_are_compared_by_content(
    left: str | bytes, right: str | bytes, *, equal: bool
) -> None:
    assert same(left, right) is equal
    assert same(right, left) is equal


def test_a_hidden_text_is_a_text_that_does_not_show_itself() -> None:
    code = HiddenText("314159")
    assert code == "314159"
    assert f"{code}" == str(code) == "314159"
    assert "314159" not in repr(code)
    assert "314159" not in repr({"given": (code, [code])})
    assert "314159" not in pformat({"given": code})
