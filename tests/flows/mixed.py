"""A site whose plans mix: a vendor's text message, WhatsApp with our code, another vendor's call,
our code by e-mail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.utils import timezone

from otpguard.channels.base import OutboundMessage, Submission
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Gone, Right, Wrong
from otpguard.core.codes import Code
from otpguard.core.outcome import Accepted, Failure, Outcome, Unavailable, failed
from otpguard.flows.sweep import sweep
from otpguard.models import Challenge
from otpguard.testing import send_queued
from tests import factories
from tests.flows.delivery.setting import MEMORY
from tests.flows.setting import Stopped

_number = count(1)


@dataclass
class Desk:
    """One vendor that makes codes, seen from a test: what it was asked, and how it behaves.

    `fails` is how its next sends end; `deaf` is true while it cannot check; `on_check` runs while
    it is asked.
    """

    code: str
    asked: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    open: set[str] = field(default_factory=set)
    fails: Failure | None = None
    deaf: bool = False
    on_check: Callable[[], None] | None = None


DESKS: dict[str, Desk] = {}


class CodeMaker:
    """The vendor of that name, which must be told how a verification ended."""

    def __init__(self, name: str, channel: str, digits: int = 6, receipts: bool = False) -> None:
        self.capabilities = Capabilities(
            channels=frozenset({Channel(channel)}),
            receipts=receipts,
            webhooks=Webhooks.SIGNED if receipts else Webhooks.NONE,
            closes=True,
            remote=True,
            code_length=digits,
            codes_only=True,
        )
        self._name = name

    def send(self, message: OutboundMessage) -> Outcome:
        assert message.remote
        assert message.code is None
        if (failure := self._desk.fails) is not None:
            return failed(failure, reason=f"{self._name}: {failure}")
        reference = f"{self._name}-{next(_number)}"
        self._desk.open.add(reference)
        return Accepted(reference=reference)

    def check(self, submitted: Submission) -> CheckedCode:
        desk = self._desk
        desk.asked.append(submitted.code)
        if desk.on_check is not None:
            desk.on_check()
        if desk.deaf:
            return Unavailable(reason="deaf")
        if submitted.reference not in desk.open:
            return Gone()
        return Right() if submitted.code == desk.code else Wrong()

    def cancel(self, reference: str) -> Failure | None:
        self._desk.open.discard(reference)
        self._desk.closed.append(reference)
        return None

    def confirm(self, reference: str, code: Code) -> Failure | None:
        raise AssertionError("no code of ours was proven here")

    def is_authentic(self, *_: object, **__: object) -> bool:
        return False

    def parse_receipt(self, *_: object) -> tuple[()]:
        return ()

    def handshake(self, *_: object) -> None:
        return None

    @property
    def _desk(self) -> Desk:
        return DESKS[self._name]


@contextmanager
def desks(settings: Any, *, digits: int = 6, receipts: bool = False) -> Iterator[dict[str, Desk]]:
    """The site of four providers: "first" and "second" make the code, the others carry ours."""
    DESKS.update(first=Desk(code="1" * (digits or 8)), second=Desk(code="22222222"))
    settings.OTPGUARD = {
        "PROVIDERS": {
            "first": _maker("first", "sms", digits=digits, receipts=receipts),
            "near": _memory("whatsapp"),
            "second": _maker("second", "voice", digits=8, receipts=receipts),
            "email": _memory("email"),
        }
    }
    try:
        yield DESKS
    finally:
        DESKS.clear()


def _maker(name: str, channel: str, **options: Any) -> dict[str, Any]:
    options = {"name": name, "channel": channel, **options}
    return {"BACKEND": f"{__name__}.CodeMaker", "OPTIONS": options}


def _memory(channel: str) -> dict[str, Any]:
    options = {"channels": [channel], "outcome": "accepted", "receipts": True}
    return {"BACKEND": MEMORY, "OPTIONS": options}


def sent_up_to(who: Stopped, step: int, **changed: Any) -> Challenge:
    """A challenge whose plan was followed to `step`, because nothing was heard of what was sent."""
    challenge = who.start(**changed)
    send_queued()
    for _ in range(step):
        fall_silent(challenge)
    challenge.refresh_from_db()
    return challenge


def fall_silent(challenge: Challenge) -> None:
    """Let the wait for the current step be over, and send what follows."""
    now = timezone.now()
    factories.age(challenge, due_at=now)
    sweep(now=now)
    send_queued()
    challenge.refresh_from_db()
