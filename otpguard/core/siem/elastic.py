"""Elastic's bulk requests: a line that says "create", a line with the document, for each event."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from otpguard.core.siem.answer import BAD_REQUEST, CONFLICT, CREATED, OK, SinkAnswer, by_status
from otpguard.core.siem.sent_event import SentEvent

PATH = "/_bulk"


def elastic_body(events: Sequence[SentEvent]) -> bytes:
    """The events in their order. The id of an event is that of its document, so a second time
    makes none."""
    return b"".join(
        b'{"create":{"_id":"%s"}}\n{"@timestamp":%d,"otpguard":%s}\n'
        % (event.id.encode(), event.milliseconds, event.rendered)
        for event in events
    )


def elastic_headers(secret: str) -> dict[str, str]:
    """The headers that go with it. `secret` is an encoded API key."""
    return {"Authorization": f"ApiKey {secret}", "Content-Type": "application/x-ndjson"}


def elastic_answer(status: int, body: bytes, *, count: int, wait: int | None) -> SinkAnswer:
    """What it said of each event: 200 as a whole even when some failed.

    One that is there already (409) is taken. One that is refused for what it holds is given up; at
    the first that failed for now, the rest is sent again.
    """
    if status != OK:
        return by_status(status, count=count, wait=wait)
    items = _items(body)
    if items is None or len(items) != count:
        return SinkAnswer(trouble="the answer does not fit the batch", wait=wait)
    refused: dict[int, str] = {}
    for place, found in enumerate(items):
        if found in (OK, CREATED, CONFLICT):
            continue
        if found != BAD_REQUEST:
            return SinkAnswer(taken=place, refused=refused, trouble=f"item {found}", wait=wait)
        refused[place] = f"item {found}"
    return SinkAnswer(taken=count, refused=refused)


def _items(body: bytes) -> list[Any] | None:
    """The status of each event; None for an answer of another form."""
    try:
        return [item["create"]["status"] for item in json.loads(body)["items"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
