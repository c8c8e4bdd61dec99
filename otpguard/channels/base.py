"""The provider protocol: a vendor behind one or more channels. A public extension point.

A provider is named by dotted path in OTPGUARD["PROVIDERS"] with OPTIONS that become keyword
arguments of its constructor. The contract suite that ours pass is `tests/channels/contract.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from otpguard.core.assurance import Channel
from otpguard.core.codes import Code
from otpguard.core.outcome import Outcome

__all__ = ["OutboundMessage", "Provider"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """One message to one person. `to` and `text` are masked in the repr.

    `code` is None for a notice, which asks nothing. `subject` is for e-mail; `key` is unique to the
    delivery, for vendors that accept an idempotency key.
    """

    key: str
    channel: Channel
    to: str = field(repr=False)
    text: str = field(repr=False)
    code: Code | None = None
    subject: str = ""


class Provider(Protocol):
    """What a vendor must offer."""

    channels: frozenset[Channel]
    """The channels it serves."""

    receipts: bool
    """True when it reports later whether a message arrived."""

    def send(self, message: OutboundMessage) -> Outcome:
        """Send once. Returns an outcome for whatever happens; raises only on a programming error.

        Must come back within its own deadline (seconds, not minutes) and must not log `to`,
        `text` or `code`.
        """
