"""Bird Verify of 2026: a verification is known by the number it goes to."""

from __future__ import annotations

from otpguard.testing.vendor_server import Received, Reply

API_KEY = "bk_eu1_0123456789"
RIGHT = "481516"


def reference(number: int) -> str:
    """An id as Bird writes it."""
    return f"vrf_{number:026d}"


class BirdVerify:
    """The vendor: it keeps what is open for each number."""

    def __init__(self) -> None:
        self.open: dict[str, str] = {}
        self.started = 0

    def __call__(self, received: Received) -> Reply:
        """POST /v1/verify/verifications and …/check."""
        assert received.method == "POST"
        assert received.headers["authorization"] == f"Bearer {API_KEY}"
        assert received.headers["content-type"] == "application/json"
        body = received.json
        [(kind, to)] = body.pop("to").items()
        assert (kind == "email") == ("@" in to)
        assert kind in {"email", "phone_number"}
        if received.path == "/v1/verify/verifications/check":
            return self._check(to, body)
        assert received.path == "/v1/verify/verifications"
        assert received.headers["idempotency-key"]
        options = body.pop("options")
        assert body == {}
        assert 4 <= options.pop("code_length") <= 8
        assert len(options.pop("channels")) == 1
        assert options == {}
        if to not in self.open:
            self.started += 1
            self.open[to] = reference(self.started)
        return Reply(200, {"id": self.open[to], "status": "pending"})

    def _check(self, to: str, body: dict[str, str]) -> Reply:
        assert set(body) == {"code"}
        if to not in self.open:
            return Reply(404, {"code": "NotFound"})
        said = {"verification": {"id": self.open[to]}, "attempts_remaining": 4}
        if body["code"] == RIGHT:
            del self.open[to]
            return Reply(200, {"success": True, "reason": None, **said})
        return Reply(200, {"success": False, "reason": "incorrect_code", **said})


def verify(received: Received) -> Reply:
    """A new one each time, for the contract."""
    if received.path.endswith("/check"):
        success = received.json["code"] == RIGHT
        reason = None if success else "incorrect_code"
        said = {"success": success, "reason": reason, "attempts_remaining": 4}
        return Reply(200, {**said, "verification": {"id": _last[-1]}})
    fresh = BirdVerify()
    fresh.started = len(_last)
    reply = fresh(received)
    _last.append(reply.body["id"])
    return reply


_last: list[str] = []
