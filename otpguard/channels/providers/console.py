"""Prints messages to standard output: for development, an error-level check in production."""

from __future__ import annotations

import sys

from otpguard.channels.base import OutboundMessage
from otpguard.channels.capabilities import Capabilities
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Outcome


class Console:
    """Serves every channel by printing."""

    capabilities = Capabilities(channels=frozenset(Channel), for_development=True)

    def send(self, message: OutboundMessage) -> Outcome:
        """Print the message; it counts as delivered."""
        sys.stdout.write(f"[{message.channel} to {message.to}] {message.text}\n")
        sys.stdout.flush()
        return Accepted(delivered=True)
