"""Read the audit events that a test has caused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from otpguard.audit.event_mac import is_genuine
from otpguard.audit.private import data_of
from otpguard.models import Event


@contextmanager
def captured_events() -> Iterator[list[dict[str, Any]]]:
    """Collect the events written inside the block: a list of their bodies, filled at its end, with
    the keys of users in place of their references and with what is encrypted in `data`.

    Every row's MAC is checked on the way.
    """
    before = set(Event.objects.values_list("pk", flat=True))
    collected: list[dict[str, Any]] = []
    yield collected
    for row in Event.objects.exclude(pk__in=before).order_by("pk"):
        if not is_genuine(row):
            raise AssertionError(f"the MAC of {row.kind} does not fit")
        people = {"actor": row.actor_ref, "subject": row.subject_ref}
        collected.append({**json.loads(row.body), **people, "data": data_of(row)})


def story_of(story: str) -> list[str]:
    """The codes of a story's events, the oldest first."""
    rows = Event.objects.filter(story=story).order_by("pk")
    return list(rows.values_list("kind", flat=True))
