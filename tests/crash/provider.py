"""A provider for the tests alone: speaks to the fake vendor, and passes the points of a crash."""

from __future__ import annotations

import json

from otpguard.channels.base import OutboundMessage
from otpguard.channels.http_provider import HttpProvider
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable
from otpguard.transport.exchange import Request, Response
from tests.crash import points


class Fragile(HttpProvider):
    """Serves one channel. It kills its process where the environment says so."""

    def __init__(self, *, channel: str, base: str, receipts: bool) -> None:
        super().__init__(connect=2.0, read=5.0)
        self.channels = frozenset({Channel(channel)})
        self.receipts = receipts
        self._url = f"{base}/{channel}"

    def send(self, message: OutboundMessage) -> Outcome:
        """Send once, if this process lives that long."""
        points.reach("after claim")
        points.enter(message.key)
        outcome = super().send(message)
        points.reach("after send")
        return outcome

    def build_request(self, message: OutboundMessage) -> Request:
        """The message as JSON, without its code."""
        body = {"key": message.key, "to": message.to, "channel": message.channel.value}
        headers = {"Content-Type": "application/json"}
        return Request(
            method="POST", url=self._url, headers=headers, body=json.dumps(body).encode()
        )

    def parse_response(self, response: Response) -> Outcome:
        """What the vendor made of it."""
        if response.status >= 500:
            return Unavailable(reason=f"http {response.status}")
        if response.status >= 400:
            return Refused(reason=f"http {response.status}")
        found = json.loads(response.body)
        return Accepted(reference=found["reference"], delivered=found["delivered"])
