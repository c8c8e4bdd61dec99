"""Bodies of events as they lie in the log, read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FROM = {"client_ip": "2001:db8::7", "agent": "Firefox", "target": "key 7"}
"""What the private part of an event says."""


def body(kind: str, data: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The body of an event of a kind."""
    return {
        "format": 2,
        "installation": "audit.example.com/1",
        "id": "0197a3b2-0000-7000-8000-00000000000a",
        "kind": kind,
        "at": "2026-05-10T12:00:00.123+00:00",
        "tenant": "0197a3b2-0000-7000-8000-0000000000aa",
        "checkpoint": "api_key",
        "actor": "7",
        "subject": "8",
        "story": "0197a3b2-0000-7000-8000-0000000000ab",
        "data": {} if data is None else dict(data),
        "private": "",
        **more,
    }
