"""Signatures, by vectors of the vendors' own libraries and documentation."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

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
    hs256,
    hs256_claims,
    hub,
    is_twilio,
    rs256,
    sinch,
    standard,
    twilio,
)

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FIELDS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
SIGNED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
WITH_PORT = "kvajT1Ptam85bY51eRf/AJRuM3w="
DUPLICATES = [
    ("Sid", "CA123"),
    ("SidAccount", "AC123"),
    ("Digits", "5678"),
    ("Digits", "1234"),
    ("Digits", "1234"),
]
JSON_URL = f"{URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_BODY = b'{"property": "value", "boolean": true}'
JSON_SIGNED = "a9nBmqA0ju/hNViExpshrM61xv4="


def ours(given: str, url: str = URL, fields: Any = FIELDS, body: bytes = b"x") -> bool:
    return is_twilio(given, token=TOKEN, url=url, body=body, fields=fields)


def test_twilio_signs_the_address_and_the_sorted_fields() -> None:
    assert twilio(TOKEN, URL, FIELDS) == SIGNED
    assert twilio(TOKEN, URL, reversed(FIELDS)) == SIGNED
    assert ours(SIGNED)


def test_twilio_signs_each_distinct_value_of_a_repeated_field() -> None:
    assert twilio(TOKEN, URL, DUPLICATES) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


@pytest.mark.parametrize(
    ("signature", "called"),
    [
        (WITH_PORT, URL),
        (WITH_PORT, URL.replace(".com", ".com:443")),
        (SIGNED, URL.replace(".com", ".com:443")),
        (SIGNED, URL.replace(".com", ".com:1234")),
        ("0ZXoZLH/DfblKGATFgpif+LLRf4=", URL.replace("https", "http")),
        ("0ZXoZLH/DfblKGATFgpif+LLRf4=", "http://mycompany.com:80/myapp.php?foo=1&bar=2"),
        ("Zmvh+3yNM1Phv2jhDCwEM3q5ebU=", "http://mycompany.com:1234/myapp.php?foo=1&bar=2"),
    ],
)
def test_twilio_may_have_signed_the_address_with_or_without_its_port(
    signature: str, called: str
) -> None:
    assert ours(signature, called)


def test_twilio_signs_a_body_that_is_no_form_by_a_digest_in_the_address() -> None:
    assert ours(JSON_SIGNED, JSON_URL, None, JSON_BODY)
    assert not ours(JSON_SIGNED, JSON_URL, None, JSON_BODY + b" ")
    assert not ours(JSON_SIGNED, JSON_URL + "&bodySHA256=0", None, JSON_BODY)
    assert not ours(twilio(TOKEN, URL, ()), URL, None, JSON_BODY), "an unsigned body"
    assert ours(twilio(TOKEN, URL, ()), URL, None, b"")


@pytest.mark.parametrize(
    "changed",
    [
        {"given": ""},
        {"given": SIGNED[:-2]},
        {"given": "\udcff"},
        {"url": URL + "3"},
        {"url": URL.replace("mycompany", "evil")},
        {"fields": FIELDS[1:]},
        {"fields": [*FIELDS, ("MessageStatus", "delivered")]},
        {"fields": [(name, value + "0") for name, value in FIELDS]},
    ],
)
def test_what_was_tampered_with_is_not_twilios(changed: dict[str, Any]) -> None:
    assert not ours(**{"given": SIGNED, **changed})


def test_meta_signs_the_raw_body() -> None:
    assert hub("secret", b"test") == (
        "sha256=0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914"
    )


VONAGE_SECRET = "qwertyuiopasdfghjklzxcvbnm123456"
VONAGE_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJPbmxpbmUgSldUIEJ1aWxkZXIiLCJpYXQiOjE2OTc2"
    "MzQ2ODAsImV4cCI6MzMyNTQ1NDA4MjgsImF1ZCI6IiIsInN1YiI6IiJ9."
    "88vJc3I2HhuqEDixHXVhc9R30tA6U_HQHZTC29y6CGM"
)


def packed(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_vonages_token_is_read() -> None:
    claims = hs256_claims(VONAGE_TOKEN, VONAGE_SECRET)
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
    ["", "..", "a.b", "a.b.c", VONAGE_TOKEN + "A", VONAGE_TOKEN[:-2], "\u00e9.b.c", "a." * 9000],
)
def test_what_is_no_token_of_vonages_has_no_claims(token: str) -> None:
    assert hs256_claims(token, VONAGE_SECRET) is None
    assert hs256_claims(VONAGE_TOKEN, VONAGE_SECRET + "7") is None


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


SINCH = "bXkta2V5LXNlY3JldA=="
SINCH_TIME = "2023-11-22T09:10:11.999Z"
ACE = (
    '{"event":"ace","callid":"822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257",'
    '"timestamp":"2014-09-24T10:59:41Z","version":1}'
)
SINCH_CASES = [
    (
        SINCH,
        "POST /path/pathParamValue",
        "application/json; charset=UTF-8",
        SINCH_TIME,
        '{"identity":{"type":"number","endpoint":"+33444555666"},"method":"sms"}',
        "QP3OzQZVzRZAEev6DBLvJkgpiqyZPuXYsc7oyjUV0K8=",
    ),
    (
        SINCH,
        "GET /path/pathParamValue",
        "application/json",
        SINCH_TIME,
        "",
        "nsrLDvP6KVD/dAxb3IfAncdwjPFJVWSrseEFOcZge+A=",
    ),
    (
        "BeIukql3pTKJ8RGL5zo0DA==",
        "POST /sinch/callback/ace",
        "application/json",
        "2014-09-24T10:59:41Z",
        ACE,
        "Tg6fMyo8mj9pYfWQ9ssbx3Tc1BNC87IEygAfLbJqZb4=",
    ),
    (
        "JViE5vDor0Sw3WllZka15Q==",
        "POST /v1/sms/+46700000000",
        "application/json",
        "2014-06-04T13:41:58Z",
        '{"message":"Hello world"}',
        "qDXMwzfaxCRS849c/2R0hg0nphgdHciTo7OdM6MsdnM=",
    ),
]


@pytest.mark.parametrize("case", SINCH_CASES)
def test_sinch_signs_method_body_type_time_and_path(case: tuple[str, ...]) -> None:
    secret, line, kind, timestamp, body, expected = case
    method, path = line.split(" ")
    signed = sinch(
        secret,
        method=method,
        path=path,
        content_type=kind,
        timestamp=timestamp,
        body=body.encode(),
    )
    assert signed == expected


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
