"""Providers for the tests alone: they speak to the fake vendor, and pass the points of a crash."""

from __future__ import annotations

import json

from otpguard.channels.base import OutboundMessage, Submission
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.channels.http_provider import HttpProvider
from otpguard.channels.remote_provider import RemoteProvider
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode, Right, Wrong
from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable
from otpguard.transport.exchange import Request, Response
from tests.crash import points


class Fragile(HttpProvider):
    """Serves one channel. It kills its process where the environment says so."""

    remote = False

    def __init__(self, *, channel: str, base: str, receipts: bool) -> None:
        super().__init__(connect=2.0, read=5.0)
        self.capabilities = Capabilities(
            channels=frozenset({Channel(channel)}),
            receipts=receipts,
            webhooks=Webhooks.UNSIGNED if receipts else Webhooks.NONE,
            remote=self.remote,
            code_length=6 if self.remote else 0,
            codes_only=self.remote,
        )
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
        channel = message.channel.value
        body = {"key": message.key, "to": message.to, "channel": channel, "remote": message.remote}
        return self._post(body)

    def parse_response(self, response: Response) -> Outcome:
        """What the vendor made of it."""
        if response.status >= 500:
            return Unavailable(reason=f"http {response.status}")
        if response.status >= 400:
            return Refused(reason=f"http {response.status}")
        found = json.loads(response.body)
        return Accepted(reference=found["reference"], delivered=found["delivered"])

    def _post(self, body: dict[str, object]) -> Request:
        headers = {"Content-Type": "application/json"}
        return Request(
            method="POST", url=self._url, headers=headers, body=json.dumps(body).encode()
        )


class FragileMaker(Fragile, RemoteProvider):
    """The same, and the vendor makes the code."""

    remote = True

    def check_request(self, submitted: Submission) -> Request:
        """The typed code as JSON."""
        return self._post({"reference": submitted.reference, "code": submitted.code})

    def parse_check(self, response: Response, submitted: Submission) -> CheckedCode:
        """What the vendor found."""
        return Right() if json.loads(response.body)["right"] is True else Wrong()
