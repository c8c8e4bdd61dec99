"""Providers that behave as a test says, and that no development flag excuses."""

from __future__ import annotations

from typing import Any

from otpguard.channels.base import OutboundMessage
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Failure, Outcome, failed

TAKEN: list[OutboundMessage] = []
"""What was handed to any of them."""


class Vendor:
    """Takes every message, or fails all of them in one way."""

    receipts = False

    def __init__(
        self, channels: tuple[str, ...] = ("sms", "whatsapp"), failure: str = "", account: str = ""
    ) -> None:
        self.channels = frozenset(Channel(channel) for channel in channels)
        self.whatsapp_business_account = account
        self._failure = failure

    def send(self, message: OutboundMessage) -> Outcome:
        TAKEN.append(message)
        if self._failure:
            return failed(Failure(self._failure), reason=f"vendor: {self._failure}")
        return Accepted(reference=message.key)


def provider(**options: Any) -> dict[str, Any]:
    """An entry of PROVIDERS."""
    return {"BACKEND": "tests.channels.vendors.Vendor", "OPTIONS": options}
