"""Tokens as vendors sign them."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any


def packed(raw: bytes) -> str:
    """Base64 for URLs, without padding (RFC 7515, 2)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def packed_json(value: object) -> str:
    """A part of a token."""
    return packed(json.dumps(value, separators=(",", ":")).encode())


def hs256(claims: Mapping[str, Any], secret: str) -> str:
    """A token with these claims, signed by HMAC-SHA256."""
    signed = packed_json({"typ": "JWT", "alg": "HS256"}) + "." + packed_json(claims)
    return signed + "." + packed(hmac.new(secret.encode(), signed.encode(), "sha256").digest())
