"""An event to send."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from otpguard.core.siem.sent_event import SentEvent


def sent(**changed: Any) -> SentEvent:
    """One, with a value in each field."""
    values: dict[str, Any] = {
        "id": "0197a3b2-0000-7000-8000-000000000001",
        "kind": "challenge.rejected",
        "label": "A wrong code",
        "at": datetime(2026, 11, 28, 17, 0, 0, 123_000, tzinfo=UTC),
        "tenant": "0197a3b2-0000-7000-8000-00000000000a",
        "severity": 3,
        "rendered": b'{"time":1}',
        "facts": {"actor": "7", "client_ip": "203.0.113.7"},
    }
    return SentEvent(**{**values, **changed})
