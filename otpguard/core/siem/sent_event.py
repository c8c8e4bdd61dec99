"""An event as a stream sends it, and how many go at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MOST_EVENTS = 500
MOST_BYTES = 900_000
"""What all receivers take in one request: Splunk Cloud 1 MB, Datadog 1,000 entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEvent:
    """One event: what every format names of it, and `rendered`, the whole of it as JSON.

    `facts` are texts that formats with columns show: checkpoint, actor, subject, story, client_ip.
    """

    id: str
    kind: str
    label: str
    at: datetime
    tenant: str
    severity: int
    """OCSF's `severity_id`: 1 informational to 6 fatal."""
    rendered: bytes
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def milliseconds(self) -> int:
        """When it happened, since 1970."""
        return round(self.at.timestamp() * 1000)


def first_batch(
    events: Sequence[SentEvent], *, most: int = MOST_EVENTS, size: int = MOST_BYTES
) -> Sequence[SentEvent]:
    """As many of the first events as fit into one request; one at least, if there is any."""
    total = 0
    for number, event in enumerate(events[:most]):
        total += len(event.rendered)
        if total > size and number:
            return events[:number]
    return events[:most]


def plain_facts(body: Mapping[str, Any]) -> dict[str, str]:
    """The texts that formats with columns show, of an event's body; empty ones are left out."""
    names = ("checkpoint", "actor", "subject", "story")
    return {name: str(body[name]) for name in names if body.get(name)}
