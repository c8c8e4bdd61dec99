"""The token of an application lives for a minute, and its signature is right."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from otpguard.intel.vendors.application_token import application_token

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def raw(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_it_is_signed_and_ends_soon() -> None:
    head, claims, signature = application_token("app", KEY, now=NOW).split(".")
    KEY.public_key().verify(raw(signature), f"{head}.{claims}".encode(), PKCS1v15(), SHA256())
    assert json.loads(raw(head)) == {"typ": "JWT", "alg": "RS256"}
    said = json.loads(raw(claims))
    assert said["application_id"] == "app"
    assert (said["iat"], said["exp"]) == (NOW.timestamp() - 10, NOW.timestamp() + 60)


def test_no_two_are_alike() -> None:
    assert application_token("app", KEY, now=NOW) != application_token("app", KEY, now=NOW)
