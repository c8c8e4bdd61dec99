"""Vonage Verify v2 with our own code."""

from __future__ import annotations

import re
from itertools import count
from uuid import UUID

from otpguard.channels.signatures import basic
from otpguard.testing.vendor_server import Received, Reply

KEY, SECRET = "abcd1234", "s3cret"
SIGNATURE_SECRET = "qwertyuiopasdfghjklzxcvbnm123456"
SIGNED_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJPbmxpbmUgSldUIEJ1aWxkZXIiLCJpYXQiOjE2OTc2"
    "MzQ2ODAsImV4cCI6MzMyNTQ1NDA4MjgsImF1ZCI6IiIsInN1YiI6IiJ9."
    "88vJc3I2HhuqEDixHXVhc9R30tA6U_HQHZTC29y6CGM"
)
"""A bearer token that SIGNATURE_SECRET signs."""

_number = count(1)


def verify(received: Received) -> Reply:
    """POST /v2/verify; POST and DELETE /v2/verify/{request id}."""
    assert received.headers["authorization"] == basic(KEY, SECRET)
    if received.path != "/v2/verify":
        UUID(received.path.removeprefix("/v2/verify/"))
        if received.method == "DELETE":
            assert received.body == b""
            return Reply(204)
        assert received.method == "POST"
        assert re.fullmatch(r"[a-zA-Z0-9]{4,10}", received.json["code"])
        return Reply(200, {"request_id": "c11236f4", "status": "completed"})
    assert received.method == "POST"
    assert received.headers["content-type"] == "application/json"
    body = received.json
    assert set(body) <= {"brand", "workflow", "locale", "code", "channel_timeout"}
    assert 1 <= len(body["brand"]) <= 16
    assert re.fullmatch(r"[a-z]{2}-[a-z]{2}", body["locale"])
    assert re.fullmatch(r"[a-zA-Z0-9]{4,10}", body["code"])
    assert 15 <= body.get("channel_timeout", 300) <= 900
    [step] = body["workflow"]
    assert set(step) <= {"channel", "to", "from"}
    assert step["channel"] in {"sms", "whatsapp", "voice", "email"}
    assert ("@" in step["to"]) == (step["channel"] == "email")
    assert not step["to"].startswith("+")
    assert "from" in step or step["channel"] != "whatsapp"
    return Reply(202, {"request_id": str(UUID(int=next(_number)))})
