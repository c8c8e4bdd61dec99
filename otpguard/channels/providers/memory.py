"""Keeps messages in a list of this process: for tests.

`outcome` makes it behave like a vendor that accepts without a receipt, refuses, calls it fraud, is
away or sends without an answer, so that hosts can test their fallback without a network.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from otpguard.channels.base import OutboundMessage
from otpguard.channels.capabilities import Capabilities
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable

SENT: list[OutboundMessage] = []
"""Every message taken by any memory provider of this process, the newest last."""

Behavior = Literal["delivered", "accepted", "refused", "fraud", "unavailable", "unanswered"]


class Memory:
    """A provider that only remembers."""

    def __init__(
        self,
        channels: Iterable[str] = tuple(Channel),
        outcome: Behavior = "delivered",
        *,
        receipts: bool = False,
    ) -> None:
        served = frozenset(Channel(channel) for channel in channels)
        self.capabilities = Capabilities(channels=served, receipts=receipts, for_development=True)
        self._outcome = outcome

    def send(self, message: OutboundMessage) -> Outcome:
        """Remember the message, or fail as configured."""
        if self._outcome == "refused":
            return Refused(reason="configured to refuse")
        if self._outcome == "fraud":
            return Refused(reason="configured to block", failure=Failure.FRAUD_BLOCKED)
        if self._outcome == "unavailable":
            return Unavailable(reason="configured to be away")
        SENT.append(message)
        if self._outcome == "unanswered":
            return Unavailable(reason="configured to hang", failure=Failure.UNKNOWN_OUTCOME)
        return Accepted(reference=message.key, delivered=self._outcome == "delivered")
