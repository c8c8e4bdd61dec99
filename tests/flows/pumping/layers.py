"""Put layers of a test in the place of the shipped ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from otpguard.core.pumping.attempt import Attempt
from otpguard.core.pumping.verdict import Action, Layer, Signal
from otpguard.flows.pumping import screen
from otpguard.flows.pumping.decision import refused_lately

BLOCKED = Signal(layer=Layer.REPUTATION, action=Action.ANOTHER_WAY, reason="prefix", weight=90)
LOCKED = Signal(layer=Layer.MONEY, action=Action.REFUSE, reason="lock_down")
ASKS = Signal(layer=Layer.NETWORK, action=Action.PROOF_OF_WORK, reason="hosting", work_level=3)


@contextmanager
def finding(*signals: Signal, seen: list[Attempt] | None = None) -> Iterator[None]:
    """Layers that find these signals in every send; `seen` gets the attempts."""

    def looking(signal: Signal) -> screen.Look:
        return lambda _attempt: signal

    def note(attempt: Attempt) -> None:
        if seen is not None:
            seen.append(attempt)

    before = screen.LAYERS
    screen.LAYERS = (note, *map(looking, signals))
    refused_lately.clear()
    try:
        yield
    finally:
        screen.LAYERS = before
        refused_lately.clear()
