"""The page docs/verifications.md: its receiver of outcomes takes each message once."""

from __future__ import annotations

from pathlib import Path
from time import time
from typing import Any

from otpguard.core.siem.verification_call import CALL_TYPES, call_body
from otpguard.core.siem.webhook import new_secret, signed_headers
from tests.docs.pages import modules_of

receive = modules_of("verifications.md")["checkout.outcomes"].receive
is_genuine = modules_of("siem.md")["receiver.webhook"].is_genuine
SECRET = new_secret(b"k" * 32)


class Receiver:
    """A service with the receiver of the page."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.told: list[tuple[str, Any]] = []

    def __call__(self, message: str, kind: str, *, secret: str = SECRET) -> int:
        body = call_body(kind, at="2026-11-30T18:00:00+00:00", data={"id": "v"})
        headers = signed_headers(message, body, secrets=[secret], at=int(time()))
        known = {"is_genuine": is_genuine, "seen": self.seen, "on_outcome": self.note}
        status: int = receive(headers, body, SECRET, **known)
        return status

    def note(self, kind: str, data: Any) -> None:
        self.told.append((kind, data["state"]))


def test_each_message_counts_once_and_a_forged_one_never() -> None:
    receiver = Receiver()
    assert receiver("1", "challenge.verified") == 204
    assert receiver("1", "challenge.verified") == 204
    assert receiver("2", "challenge.exhausted", secret=new_secret(b"j" * 32)) == 401
    assert receiver.told == [("verification.verified", "verified")]


def test_the_page_names_every_message() -> None:
    text = (Path(__file__).parents[2] / "docs" / "verifications.md").read_text()
    for told in CALL_TYPES.values():
        assert f"`{told.name}`" in text
