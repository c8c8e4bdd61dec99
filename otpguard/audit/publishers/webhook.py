"""Heads as calls of a webhook, signed as Standard Webhooks says."""

from __future__ import annotations

import json
import time

from otpguard.audit.publishers.base import AT_ONCE, PublishError
from otpguard.conf.audit.publish import HeadWebhook
from otpguard.core.sealing.note import SignedNote
from otpguard.core.standard_webhook import signed_call
from otpguard.models import Seal
from otpguard.transport.client import send
from otpguard.transport.exchange import Deadlines, Request, Response

DEADLINES = Deadlines(connect=3.0, read=8.0)


class HeadCalls:
    """Sends each head to the one URL of the settings: over https, and no redirect is followed."""

    every = AT_ONCE

    def __init__(self, config: HeadWebhook) -> None:
        self._config = config

    def publish(self, seal: Seal, note: SignedNote, last: int) -> str:  # noqa: ARG002 (the protocol's)
        """One call. Anything but a status of 2xx counts as not taken."""
        origin, text = note.text.partition("\n")[0], note.full()
        document = {"type": "audit.head", "origin": origin, "size": seal.size, "note": text}
        body = json.dumps(document).encode()
        # The same for each try, so that the receiver can tell a repeat.
        message, timestamp = f"{origin}/{seal.size}", str(int(time.time()))
        signature = signed_call(
            self._config.secret, message=message, timestamp=timestamp, body=body
        )
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature,
        }
        try:
            request = Request(method="POST", url=self._config.url, headers=headers, body=body)
        except ValueError as wrong:
            raise PublishError(str(wrong)) from None
        answer = send(request, deadlines=DEADLINES)
        if not isinstance(answer, Response):
            raise PublishError(answer.reason)
        if not answer.is_success:
            raise PublishError(f"the answer was {answer.status}")
        return text

    def newest(self) -> str:
        """A webhook cannot tell."""
        return ""
