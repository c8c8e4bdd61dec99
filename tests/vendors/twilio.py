"""Twilio, as far as codes go: Programmable Messaging and Verify."""

from __future__ import annotations

import re
from itertools import count

from otpguard.channels.signatures import basic
from otpguard.testing.vendor_server import Received, Reply
from tests.vendors import accounts

ACCOUNT = accounts.TWILIO_ACCOUNT
AUTH_TOKEN = accounts.TWILIO_AUTH_TOKEN
SERVICE = accounts.TWILIO_SERVICE
VERIFY_SERVICE = "VA" + "2" * 32
CALLBACK = "https://acme.example/otpguard/receipts/twilio/"

_number = count(1)


def messaging(received: Received) -> Reply:
    """POST /2010-04-01/Accounts/{AC}/Messages.json and …/Messages/{SM}/Feedback.json; GET
    …/Messages/{SM}.json."""
    assert received.headers["authorization"] == basic(ACCOUNT, AUTH_TOKEN)
    if received.method == "GET":
        message = rf"/2010-04-01/Accounts/{ACCOUNT}/Messages/(SM[0-9a-f]{{32}})\.json"
        found = re.fullmatch(message, received.path)
        assert found
        assert (received.query, received.body) == ({}, b"")
        return Reply(200, fetched(found[1], "sent"))
    assert received.method == "POST"
    if received.path.endswith("/Feedback.json"):
        assert re.fullmatch(
            rf"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM[0-9a-f]{{32}}/Feedback.json",
            received.path,
        )
        assert received.form == {"Outcome": "confirmed"}
        return Reply(201, {"outcome": "confirmed"})
    assert received.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    return Reply(201, _taken(received.form))


def _taken(form: dict[str, str]) -> dict[str, object]:
    """A message as Twilio answers its sender."""
    assert re.fullmatch(r"\+[1-9]\d{6,14}", form["To"])
    assert 0 < len(form["Body"]) <= 1600
    assert ("MessagingServiceSid" in form) != ("From" in form)
    assert set(form) <= {
        "To",
        "Body",
        "MessagingServiceSid",
        "From",
        "StatusCallback",
        "ValidityPeriod",
        "RiskCheck",
        "ProvideFeedback",
    }
    assert 5 < int(form.get("ValidityPeriod", "600")) <= 36_000
    assert form.get("RiskCheck", "enable") in {"enable", "disable"}
    return {
        "sid": f"SM{next(_number):032x}",
        "status": "queued",
        "error_code": None,
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "to": form["To"],
        "body": form["Body"],
    }


def verify(received: Received) -> Reply:
    """POST /v2/Services/{VA}/Verifications and …/Verifications/{Sid}; GET /v2/Attempts."""
    assert received.headers["authorization"] == basic(ACCOUNT, AUTH_TOKEN)
    if received.method == "GET":
        assert received.path == "/v2/Attempts"
        [(name, sid)] = received.query.items()
        assert name == "VerificationSid"
        assert re.fullmatch(r"VE[0-9a-f]+", sid)
        return Reply(200, {"attempts": [attempt(sid, message_status="SENT")]})
    assert received.method == "POST"
    service = f"/v2/Services/{VERIFY_SERVICE}/Verifications"
    form = received.form
    if received.path != service:
        assert re.fullmatch(rf"{service}/VE[0-9a-f]+", received.path)
        assert form["Status"] in {"canceled", "approved"}
        return Reply(200, {"sid": received.path.rpartition("/")[2], "status": form["Status"]})
    assert form["Channel"] in {"sms", "call", "whatsapp", "email"}
    assert form["To"].startswith("+") != (form["Channel"] == "email")
    assert re.fullmatch(r"\w{4,10}", form["CustomCode"])
    assert set(form) <= {"To", "Channel", "CustomCode", "Locale", "TemplateSid", "RiskCheck"}
    return Reply(
        201,
        {
            "sid": f"VE{next(_number):032x}",
            "to": form["To"],
            "channel": form["Channel"],
            "status": "pending",
            "valid": False,
            "lookup": {"carrier": {"name": "Acme Wireless", "type": "mobile"}},
            "send_code_attempts": [{"channel": form["Channel"], "attempt_sid": "VL1"}],
        },
    )


def fetched(sid: str, status: str, code: int | None = None) -> dict[str, object]:
    """A message as Twilio writes it."""
    said = {"sid": sid, "status": status, "error_code": code, "error_message": None}
    return {**said, "num_segments": "1", "price": "-0.0083", "price_unit": "USD"}


def attempt(sid: str, conversion: str = "unconverted", **data: object) -> dict[str, object]:
    """One send of a verification, as Twilio lists it."""
    return {
        "sid": "VL" + "3" * 32,
        "verification_sid": sid,
        "conversion_status": conversion,
        "date_updated": "2026-03-01T10:00:00Z",
        "price": {"value": "0.005", "currency": "USD"},
        "channel_data": {"carrier": "Acme Wireless", "mcc": "310", "mnc": "150", **data},
    }
