"""A token by which an application of ours shows itself to a vendor (RFC 7519), signed by RSA."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

LIFETIME = 60
"""Seconds: a token is made for one request."""

EARLY = 10
"""Seconds that a vendor's clock may be behind ours."""


def application_token(application_id: str, key: RSAPrivateKey, *, now: datetime) -> str:
    """The token, with RS256 (RFC 7518, 3.3)."""
    at = int(now.timestamp())
    claims = {
        "application_id": application_id,
        "iat": at - EARLY,
        "exp": at + LIFETIME,
        "jti": secrets.token_urlsafe(16),
    }
    signed = f"{_packed({'typ': 'JWT', 'alg': 'RS256'})}.{_packed(claims)}"
    return f"{signed}.{_letters(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def _packed(value: Mapping[str, Any]) -> str:
    return _letters(json.dumps(value, separators=(",", ":")).encode())


def _letters(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
