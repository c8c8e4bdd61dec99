"""MessageBird's legacy Verify."""

from __future__ import annotations

from itertools import count

from otpguard.testing.vendor_server import Received, Reply

ACCESS_KEY = "live_0123456789"
SIGNING_KEY = "36efdd1aace2e26cd490f0d951138253bef2f7c6d34d18981da781555cc4cebb"
RIGHT = "481516"

_number = count(1)


def verify(received: Received) -> Reply:
    """POST /verify; GET /verify/{id} and /verify/{id}?token=; DELETE /verify/{id}."""
    assert received.headers["authorization"] == f"AccessKey {ACCESS_KEY}"
    if received.method == "POST":
        assert received.path == "/verify"
        body = received.json
        assert set(body) <= {"recipient", "originator", "type"}
        assert ("@" in body["recipient"]) == (body.get("type") == "email")
        assert not body["recipient"].startswith("+")
        return Reply(201, verification(f"verify-{next(_number)}", "sent"))
    one = received.path.removeprefix("/verify/")
    assert one.startswith("verify-")
    if received.method == "DELETE":
        assert received.query == {}
        return Reply(204)
    assert received.method == "GET"
    if received.query == {}:
        return Reply(200, verification(one, "sent"))
    assert set(received.query) == {"token"}
    if received.query["token"] == RIGHT:
        return Reply(200, verification(one, "verified"))
    return Reply(422, {"errors": [{"code": 10, "parameter": "token"}]})


def verification(reference: str, status: str) -> dict[str, object]:
    """The object as MessageBird writes it."""
    return {
        "id": reference,
        "href": f"https://rest.messagebird.com/verify/{reference}",
        "recipient": 12015550123,
        "reference": None,
        "messages": {"href": "https://rest.messagebird.com/messages/1"},
        "status": status,
        "createdDatetime": "2026-03-01T10:00:00+00:00",
        "validUntilDatetime": "2026-03-01T10:00:30+00:00",
    }
