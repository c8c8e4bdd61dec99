"""Datadog's intake of logs: a JSON array, taken or refused as a whole."""

from __future__ import annotations

import json
from collections.abc import Sequence

from otpguard.core.siem.sent_event import SentEvent

PATH = "/api/v2/logs"
OLDEST_HOURS = 18
"""Datadog documents that it drops older logs, and answers as if it had taken them."""


def datadog_body(events: Sequence[SentEvent], *, host: str) -> bytes:
    """The events in their order."""
    return json.dumps(
        [
            {
                "ddsource": "otpguard",
                "service": "otpguard",
                "hostname": host,
                "timestamp": event.milliseconds,
                "message": event.rendered.decode(),
            }
            for event in events
        ],
        ensure_ascii=False,
    ).encode()


def datadog_headers(secret: str) -> dict[str, str]:
    """The headers that go with it. `secret` is the API key."""
    return {"DD-API-KEY": secret, "Content-Type": "application/json"}
