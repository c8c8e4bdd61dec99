"""Message Central VerifyNow v3, as far as its documentation goes."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from itertools import count

from otpguard.testing.vendor_server import Received, Reply
from tests.vendors import accounts

CUSTOMER = accounts.MESSAGE_CENTRAL_CUSTOMER
PASSWORD, KEY = accounts.MESSAGE_CENTRAL_PASSWORD, "cEBzcw=="
RIGHT = "481516"
_WEEK = 604_800

_number = count(20)


def token(expires: int) -> str:
    """A token of the account that ends at this Unix time."""
    claims = json.dumps({"sub": CUSTOMER, "iat": expires - _WEEK, "exp": expires}).encode()
    middle = urlsafe_b64encode(claims).rstrip(b"=").decode()
    return f"eyJhbGciOiJIUzUxMiJ9.{middle}.signature"


TOKEN = token(4_102_444_800)


def is_for_token(received: Received) -> bool:
    return received.path == "/auth/v1/authentication/token"


def verify_now(received: Received) -> Reply:
    """GET …/token; POST /verification/v3/send; GET /verification/v3/validateOtp."""
    assert received.body == b""
    query = received.query
    if is_for_token(received):
        assert received.method == "GET"
        assert received.headers["accept"] == "*/*"
        assert query == {"customerId": CUSTOMER, "key": KEY, "scope": "NEW"}
        return Reply(200, {"status": 200, "token": TOKEN})
    if received.headers["authtoken"] != TOKEN:
        return Reply(401)
    if received.path == "/verification/v3/send":
        assert received.method == "POST"
        assert set(query) <= {"countryCode", "flowType", "mobileNumber", "otpLength", "langId"}
        assert query["countryCode"] + query["mobileNumber"] == "12015550123"
        assert query["countryCode"] == "1"
        assert query["flowType"] in {"SMS", "WHATSAPP"}
        assert 4 <= int(query["otpLength"]) <= 8
        return Reply(200, answer(200, verificationId=str(next(_number)), timeout="60"))
    assert received.method == "GET"
    assert received.path == "/verification/v3/validateOtp"
    assert set(query) == {"verificationId", "code"}
    if query["code"] != RIGHT:
        return Reply(200, answer(702))
    done = {"verificationStatus": "VERIFICATION_COMPLETED"}
    return Reply(200, answer(200, verificationId=query["verificationId"], **done))


def answer(code: int, **data: object) -> dict[str, object]:
    """A body: the code is a number outside and a text inside."""
    inside = {"responseCode": str(code), "errorMessage": None, **data}
    return {"responseCode": code, "message": "WORDS", "data": inside}
