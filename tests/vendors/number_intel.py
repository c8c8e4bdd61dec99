"""Fake vendors of facts about phone numbers, as their documentation shows them."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

from otpguard.core.pumping.intel.number_report import IntelFact, NumberQuery
from otpguard.testing.vendor_server import Received, Reply

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NUMBER = "+12015550123"
SINCE = datetime(2025, 6, 30, tzinfo=UTC).date()
EVERY = frozenset(IntelFact)
BASIC = "Basic " + b64encode(b"AC1:secret").decode()


def query(*facts: IntelFact, **changed: Any) -> NumberQuery:
    """A question about NUMBER for these facts, or for all."""
    wanted = frozenset(facts) or EVERY
    usual = {"e164": NUMBER, "wanted": wanted, "now": NOW, "swap_days": 7, "verified_on": SINCE}
    return NumberQuery(**{**usual, **changed})


def ago(**span: int) -> str:
    """A moment before NOW, as vendors write it."""
    return (NOW - timedelta(**span)).isoformat().replace("+00:00", "Z")


TWILIO: dict[str, Any] = {
    "line_type_intelligence": {
        "type": "nonFixedVoip",
        "carrier_name": "Acme",
        "mobile_country_code": "310",
        "mobile_network_code": "456",
        "error_code": None,
    },
    "sms_pumping_risk": {
        "carrier_risk_category": "moderate",
        "number_blocked": False,
        "sms_pumping_risk_score": 61,
        "error_code": None,
    },
    "sim_swap": {
        "last_sim_swap": {
            "last_sim_swap_date": ago(days=3),
            "swapped_period": "PT48H",
            "swapped_in_period": False,
        },
        "error_code": None,
    },
    "reassigned_number": {
        "last_verified_date": "2025-06-30",
        "is_number_reassigned": "yes",
        "error_code": None,
    },
}


def twilio(received: Received) -> Reply:
    """Lookup v2: the packages that were asked for, the others null."""
    assert received.method == "GET"
    if received.headers["authorization"] != BASIC:
        return Reply(401, {"code": 20003})
    assert received.path == "/v2/PhoneNumbers/%2B12015550123"
    asked = received.query["Fields"].split(",")
    assert set(asked) <= set(TWILIO)
    if "reassigned_number" in asked:
        assert received.query["LastVerifiedDate"] == "20250630"
    packages = {name: body if name in asked else None for name, body in TWILIO.items()}
    return Reply(200, {"phone_number": NUMBER, "valid": True, **packages})


VONAGE: dict[str, Any] = {
    "current_carrier": {
        "name": "Acme",
        "network_type": "MOBILE",
        "country_code": "US",
        "network_code": "310456",
        "status": {"code": "OK", "message": "Success"},
    },
    "sim_swap": {
        "is_swapped": True,
        "latest_sim_swap_at": ago(days=3),
        "status": {"code": "OK", "message": "Success"},
    },
}


def vonage(received: Received) -> Reply:
    """Identity Insights v1: the insights that were asked for."""
    assert (received.method, received.path) == ("POST", "/identity-insights/v1/requests")
    kind, _space, token = received.headers["authorization"].partition(" ")
    assert kind == "Bearer"
    assert len(token.split(".")) == 3
    body = received.json
    assert body["phone_number"] == NUMBER
    assert body["purpose"] == "FraudPreventionAndDetection"
    assert body["insights"].get("sim_swap", {"period": 168}) == {"period": 168}
    found = {name: VONAGE[name] for name in body["insights"]}
    return Reply(200, {"request_id": "r", "insights": found})


def camara(received: Received) -> Reply:
    """An operator with both interfaces, and its token endpoint."""
    assert received.method == "POST"
    if received.path == "/token":
        if received.headers["authorization"] != BASIC:
            return Reply(401, {"error": "invalid_client"})
        assert received.form["grant_type"] == "client_credentials"
        scope = received.form["scope"]
        return Reply(200, {"access_token": f"for-{scope}", "expires_in": 300})
    body = received.json
    assert body.pop("phoneNumber") == NUMBER
    if received.path == "/sim-swap/v2/check":
        assert received.headers["authorization"] == "Bearer for-sim-swap:check"
        assert body == {"maxAge": 168}
        return Reply(200, {"swapped": True})
    assert received.path == "/number-recycling/v0.2/check"
    assert received.headers["authorization"] == "Bearer for-number-recycling:check"
    assert body == {"specifiedDate": "2025-06-30"}
    return Reply(200, {"phoneNumberRecycled": False})
