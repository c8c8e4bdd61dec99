"""Signatures, by vectors of the vendors' own libraries and documentation."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from hypothesis import given
from hypothesis import strategies as st

from otpguard.channels.signatures import (
    basic,
    decoded,
    hmac_claims,
    hs256_claims,
    rs256,
    standard,
)
from tests.vendors.tokens import hs256
from tests.vendors.vonage import SIGNATURE_SECRET, SIGNED_TOKEN


def packed(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_vonages_token_is_read() -> None:
    claims = hs256_claims(SIGNED_TOKEN, SIGNATURE_SECRET)
    assert claims is not None
    assert (claims["iat"], claims["iss"]) == (1697634680, "Online JWT Builder")


def test_what_is_written_is_read_back() -> None:
    assert hs256_claims(hs256({"iat": 5}, "s"), "s") == {"iat": 5}


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS512"}, {"alg": "hs256"}, {}, [1]])
def test_only_one_algorithm_is_taken_whatever_the_token_says(header: object) -> None:
    signed = f"{packed(header)}.{packed({'iat': 1})}"
    mac = hmac.new(b"s", signed.encode(), "sha256").digest()
    signature = urlsafe_b64encode(mac).rstrip(b"=").decode()
    assert hs256_claims(f"{signed}.", "s") is None
    assert hs256_claims(f"{signed}.{signature}", "s") is None


@pytest.mark.parametrize(
    "token",
    ["", "..", "a.b", "a.b.c", SIGNED_TOKEN + "A", SIGNED_TOKEN[:-2], "\u00e9.b.c", "a." * 9000],
)
def test_what_is_no_token_of_vonages_has_no_claims(token: str) -> None:
    assert hs256_claims(token, SIGNATURE_SECRET) is None
    assert hs256_claims(SIGNED_TOKEN, SIGNATURE_SECRET + "7") is None


@given(st.text(max_size=200), st.text(max_size=40))
def test_a_token_may_be_anything(token: str, secret: str) -> None:
    assert hs256_claims(token, secret.encode(errors="ignore").decode()) is None
    assert hs256_claims(f"{packed({})}.{packed({})}.{packed(token.encode().hex())}", "s") is None


def test_a_token_of_ours_can_be_checked_with_the_public_key() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    head, claims, signature = rs256({"jti": "1"}, key).split(".")
    raw = urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    key.public_key().verify(raw, f"{head}.{claims}".encode(), PKCS1v15(), hashes.SHA256())


def test_a_password_may_have_colons_and_letters_of_any_kind() -> None:
    assert basic("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert basic("a", "b:\u00e9") == "Basic YTpiOsOp"


@pytest.mark.parametrize("secret", ["+/+/", "-_-_", "-_-_=="])
def test_a_secret_is_read_in_either_alphabet(secret: str) -> None:
    assert decoded(secret) == b"\xfb\xff\xbf"


@pytest.mark.parametrize("secret", ["", "=", "a b", "ä", "?", "a"])
def test_a_secret_that_is_no_base64_is_refused(secret: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (that of the library as well)
        decoded(secret)


def test_standard_webhooks_sign_id_time_and_body() -> None:
    signed = standard(
        "whsec_MDEyMzQ1Njc4OWFiY2RlZg==",
        message="msg_1",
        timestamp="1750000000",
        body=b'{"type":"domain.failed"}',
    )
    assert signed == "v1,mPSnTmaBEh/IkBtpiVyMnGS/Ywowjjggn67323+CoNQ="


def test_a_token_of_an_algorithm_that_was_not_asked_for_is_not_read() -> None:
    token = hs256({"a": 1}, "secret")
    assert hmac_claims(token, "secret") == {"a": 1}
    assert hmac_claims(token, "secret", algorithms=frozenset({"HS512"})) is None
    assert hmac_claims(token, "secret", algorithms=frozenset({"none"})) is None
