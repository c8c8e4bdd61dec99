"""Sinch Verification, which checks each signature by a second pair of eyes."""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from hashlib import md5, sha256
from itertools import count

from otpguard.testing.vendor_server import Received, Reply

KEY, SECRET = "a1b2c3d4", b64encode(b"my-key-secret").decode()
RIGHT = "481516"
_PATH = "/verification/v1/verifications"

_number = count(1)


def verification(received: Received) -> Reply:
    """POST /verification/v1/verifications; PUT and GET …/id/{id}."""
    assert is_signed(received)
    if received.method == "GET":
        assert re.fullmatch(rf"{_PATH}/id/[0-9a-z-]+", received.path)
        assert received.body == b""
        said = {"id": received.path.rpartition("/")[2], "method": "sms"}
        return Reply(200, {**said, "status": "PENDING"})
    body = received.json
    if received.method == "PUT":
        assert re.fullmatch(rf"{_PATH}/id/[0-9a-z-]+", received.path)
        method = body.pop("method")
        block = {"flashcall": "flashCall"}.get(method, method)
        given = body.pop(block)
        assert body == {}
        [(name, code)] = given.items()
        assert name == ("cli" if method == "flashcall" else "code")
        said = {"id": received.path.rpartition("/")[2], "method": method}
        if code.removeprefix("+") == RIGHT:
            return Reply(200, {**said, "status": "SUCCESSFUL"})
        return Reply(200, {**said, "status": "FAIL", "reason": "Invalid code"})
    assert (received.method, received.path) == ("POST", _PATH)
    assert body["identity"]["type"] == "number"
    assert re.fullmatch(r"\+[1-9]\d{6,14}", body["identity"]["endpoint"])
    assert body["method"] in {"sms", "flashcall", "callout", "whatsapp"}
    assert body["reference"]
    if body["method"] == "sms":
        assert re.fullmatch(r"\d\d:\d\d:\d\d", body["smsOptions"].pop("expiry"))
        assert body["smsOptions"] == {"codeType": "Numeric"}
    return Reply(200, {"id": f"018beea3-{next(_number)}", "method": body["method"]})


def is_signed(received: Received) -> bool:
    """The signature written down once more from its description."""
    digest = b64encode(md5(received.body).digest()).decode() if received.body else ""
    signed = "\n".join(
        [
            received.method,
            digest,
            received.headers["content-type"],
            "x-timestamp:" + received.headers["x-timestamp"],
            received.path,
        ]
    )
    wanted = b64encode(hmac.new(b64decode(SECRET), signed.encode(), sha256).digest()).decode()
    return received.headers["authorization"] == f"Application {KEY}:{wanted}"
