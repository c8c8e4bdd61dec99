"""What several vendors sign with: base64 secrets, Standard Webhooks, JSON Web Tokens.

A scheme of one vendor alone stands in that vendor's file. Pure functions of bytes; every comparison
is in constant time, and none raises for what a stranger may send.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from otpguard.core.secrets import same
from otpguard.core.standard_webhook import signed_call

LONGEST_TOKEN = 8192
"""Characters of a JSON Web Token that are looked at."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


def basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def decoded(secret: str) -> bytes:
    """The bytes of a secret in base64 of either alphabet. Raises ValueError for anything else."""
    if not _BASE64.fullmatch(secret):
        raise ValueError("the secret is not base64")
    return _unpacked(secret.rstrip("=").replace("+", "-").replace("/", "_"))


# --- Standard Webhooks ---------------------------------------------------------------------------


def standard(secret: str, *, message: str, timestamp: str, body: bytes) -> str:
    """One signature of a webhook-signature header (standardwebhooks.com).

    `secret` is base64, after "whsec_" perhaps. Raises ValueError for one that is not.
    """
    key = decoded(secret.removeprefix("whsec_"))
    return signed_call(key, message=message, timestamp=timestamp, body=body)


# --- JSON Web Tokens -----------------------------------------------------------------------------

_HMACS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
HS256 = frozenset({"HS256"})
EVERY_HMAC = frozenset(_HMACS)


def hs256_claims(token: str, secret: str) -> dict[str, Any] | None:
    """The claims of a token signed by HMAC-SHA256 with `secret`; None for every other one."""
    return hmac_claims(token, secret, algorithms=HS256)


def hmac_claims(
    token: str, secret: str, *, algorithms: frozenset[str] = EVERY_HMAC
) -> dict[str, Any] | None:
    """The claims of a token signed with `secret` by one of `algorithms`; None for every other one.

    No other algorithm is taken, whatever the token says (RFC 8725, 3.1). Times are not looked at.
    """
    parts = token.split(".")
    if len(parts) != 3 or len(token) > LONGEST_TOKEN or not token.isascii():  # noqa: PLR2004 (header, payload, signature)
        return None
    head, claims, signature = parts
    try:
        header = json.loads(_unpacked(head))
        named = header.get("alg") if isinstance(header, dict) else None
        if not isinstance(named, str) or named not in algorithms & EVERY_HMAC:
            return None
        expected = hmac.new(secret.encode(), f"{head}.{claims}".encode(), _HMACS[named]).digest()
        if not same(_unpacked(signature), expected):
            return None
        found = json.loads(_unpacked(claims))
    except (ValueError, NotBase64Error, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def rs256(claims: Mapping[str, Any], key: RSAPrivateKey) -> str:
    """A token with these claims, signed by RSA with SHA-256 (RFC 7518, 3.3)."""
    signed = _packed_json({"typ": "JWT", "alg": "RS256"}) + "." + _packed_json(claims)
    return signed + "." + _packed(key.sign(signed.encode(), PKCS1v15(), hashes.SHA256()))


def _packed(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _packed_json(value: Mapping[str, Any]) -> str:
    return _packed(json.dumps(value, separators=(",", ":")).encode())


def _unpacked(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
