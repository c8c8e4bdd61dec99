"""Splunk's HTTP event collector (HEC): JSON objects, one after another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from otpguard.core.siem.answer import SinkAnswer, by_status
from otpguard.core.siem.sent_event import SentEvent

PATH = "/services/collector/event"
_OF_CONTENT = frozenset({5, 6, 12, 13})
"""Codes that blame what was sent: no data, invalid data format, event field missing or blank."""


def splunk_body(events: Sequence[SentEvent], *, host: str) -> bytes:
    """The events in their order."""
    return b"".join(
        b'{"time":%s,"host":%s,"source":"otpguard","sourcetype":"otpguard:json","event":%s}'
        % (
            f"{event.milliseconds / 1000:.3f}".encode(),
            json.dumps(host).encode(),
            event.rendered,
        )
        for event in events
    )


def splunk_headers(secret: str) -> dict[str, str]:
    """The headers that go with it. `secret` is the token."""
    return {"Authorization": f"Splunk {secret}", "Content-Type": "application/json"}


def splunk_answer(status: int, body: bytes, *, count: int, wait: int | None) -> SinkAnswer:
    """What the collector said. It names the first event that it cannot take; those before it are
    in, so the batch goes on from there."""
    said = _said(body)
    usual = by_status(status, count=count, wait=wait)
    if usual.taken or not usual.too_much:
        return usual
    code, bad = said.get("code"), said.get("invalid-event-number")
    if code not in _OF_CONTENT:  # such as 7, a wrong index: no event is to blame
        return SinkAnswer(trouble=f"HTTP {status}, code {code}", wait=wait)
    if type(bad) is int and 0 <= bad < count:
        return SinkAnswer(taken=bad + 1, refused={bad: f"HTTP {status}, code {code}"})
    return usual


def _said(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
