"""How far published heads are behind, and whether the database is the older one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from otpguard.audit.logs import newest_seal
from otpguard.audit.publishers.configured import configured_places
from otpguard.core.advice import Finding, Findings, error, ok, warning
from otpguard.models import ALL_HEADS, Publication, Seal, SealCursor

LATE = timedelta(minutes=10)
"""Besides how often a place gets heads at all, which is each day for e-mail."""
TOPIC = "published heads"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceState:
    """One place: the size and time of its newest head, how old the oldest head is that it lacks,
    how often it gets one, and the last error since then."""

    name: str
    size: int = 0
    published_at: datetime | None = None
    behind: timedelta = timedelta()
    every: timedelta = timedelta()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingState:
    """All places, how many heads there are, and the published head that is newer than the
    database, if one is."""

    places: tuple[PlaceState, ...] = ()
    heads: int = 0
    newer_head: str = ""


def publishing_state(*, now: datetime) -> PublishingState:
    """Look, in the database only. Raises DatabaseError."""
    rows = {row.name: row for row in Publication.objects.all()}
    places = [
        _state(rows.get(name) or Publication(name=name), place.every, now)
        for name, place in configured_places().items()
    ]
    newest, cursor = newest_seal(ALL_HEADS), SealCursor.objects.filter(pk=1).first()
    return PublishingState(
        places=tuple(places),
        heads=newest.size if newest else 0,
        newer_head=cursor.newer_head if cursor else "",
    )


def on_publishing(state: PublishingState) -> Findings:
    """What the doctor says of it."""
    if state.newer_head:
        origin, size, *_ = state.newer_head.split("\n")
        return error(
            TOPIC,
            f"This database was put back: {origin} was published with {size} heads, and"
            f" {state.heads} are here. Nothing is sealed. Run `manage.py otpguard_seal"
            " --after-restore`.",
        )
    if not state.places:
        said = "Heads stay in the database: who owns it can put all of it back unseen."
        return warning(TOPIC, f"{said} Set AUDIT_PUBLISH.")
    return tuple(_findings(state))


def _findings(state: PublishingState) -> Iterator[Finding]:
    for each in state.places:
        if each.behind <= LATE + each.every:
            at = each.published_at.isoformat(timespec="seconds") if each.published_at else "never"
            yield from ok(TOPIC, f"{each.name}: {each.size} of {state.heads} heads, {at}.")
            continue
        why = f" It says: {each.error}." if each.error else " Is a worker running?"
        minutes = int(each.behind.total_seconds() // 60)
        yield from error(TOPIC, f"{each.name} is {minutes} minutes behind.{why}")


def _state(row: Publication, every: timedelta, now: datetime) -> PlaceState:
    waiting = Seal.objects.filter(log=ALL_HEADS, size__gt=row.size).order_by("size").first()
    return PlaceState(
        name=row.name,
        size=row.size,
        published_at=row.published_at,
        behind=max(now - waiting.at, timedelta()) if waiting else timedelta(),
        every=every,
        error=row.error,
    )
