"""An event of a host's own, declared for the length of a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from otpguard.conf.caches import forget_settings
from otpguard.core.host_event import HOST_EVENTS
from otpguard.host_events import HostEvent, host_event


@dataclass(frozen=True, kw_only=True)
class DealEdited(HostEvent):
    """Somebody changed a deal."""

    deal: str
    amount: int = field(default=0, metadata={"label": "amount in cents"})
    tags: list[str] = field(default_factory=list)


@contextmanager
def declared(kind: type[HostEvent] = DealEdited, code: str = "crm.deal.edited") -> Iterator[None]:
    """The event is known within the block, and forgotten after it."""
    host_event(code, label="A deal was edited")(kind)
    try:
        yield
    finally:
        HOST_EVENTS._values.pop(code)
        forget_settings()
