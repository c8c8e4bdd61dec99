"""Providers that behave as a test says, and that no development flag excuses."""

from __future__ import annotations

from typing import Any

from otpguard.channels.base import OutboundMessage
from otpguard.channels.capabilities import Capabilities
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Failure, Outcome, failed

TAKEN: list[OutboundMessage] = []
"""What was handed to any of them."""


class Vendor:
    """Takes every message, or fails so many of them in one way."""

    def __init__(
        self,
        channels: tuple[str, ...] = ("sms", "whatsapp"),
        failure: str = "",
        account: str = "",
        *,
        times: int = 1_000_000,
        **outcome: Any,
    ) -> None:
        served = frozenset(Channel(channel) for channel in channels)
        self.capabilities = Capabilities(channels=served, own_sender=bool(account))
        self._failure, self._left, self._outcome = failure, times, outcome

    def send(self, message: OutboundMessage) -> Outcome:
        TAKEN.append(message)
        if self._failure and self._left:
            self._left -= 1
            reason = f"vendor: {self._failure}"
            return failed(Failure(self._failure), reason=reason, **self._outcome)
        return Accepted(reference=message.key)


def provider(**options: Any) -> dict[str, Any]:
    """An entry of PROVIDERS."""
    return {"BACKEND": "tests.channels.vendors.Vendor", "OPTIONS": options}
