"""The signature of a webhook call by Standard Webhooks (standardwebhooks.com), version 1."""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import sha256


def signed_call(key: bytes, *, message: str, timestamp: str, body: bytes) -> str:
    """One signature of the header webhook-signature: of the id of the message, the time in seconds
    since 1970 and the body."""
    raw = f"{message}.{timestamp}.".encode(errors="surrogatepass") + body
    return "v1," + b64encode(hmac.new(key, raw, sha256).digest()).decode()
