"""Where a release stands, and from when until when it may be downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class ReleaseState(StrEnum):
    """Where a release stands. What has ended has neither file nor key."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    CANCELED = "canceled"
    EXPIRED = "expired"
    FAILED = "failed"


UNFINISHED = (ReleaseState.QUEUED, ReleaseState.RUNNING)
LIVE = (*UNFINISHED, ReleaseState.READY)
ENDED = (ReleaseState.CANCELED, ReleaseState.EXPIRED, ReleaseState.FAILED)


class ReleaseFailure(StrEnum):
    """Why a release failed, or was canceled without a person."""

    JOB = "job"
    """The host's job raised, or gave what is no row."""

    STORAGE = "storage"
    """The file could not be written, or did not read back as it was written."""

    WORKER = "worker"
    """No worker came to the end of it."""

    ROLE = "role"
    """The person who asked is no member any more, or has lost a role."""

    APPROVAL = "approval"
    """Others had to approve it, and they refused or did not decide in time."""


TRIES = 3
"""How often a release is begun before it fails."""

WAIT = timedelta(seconds=20)
"""The wait before the second try; the third waits twice as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a finished release may be downloaded: from its hold's end, for so long."""

    opens_at: datetime
    closes_at: datetime


def window_of(*, held_until: datetime, ready_at: datetime, life: timedelta) -> Window:
    """The hold runs from the moment in which everybody was told, not from when the file was ready:
    so a file that takes longer than its hold opens at once."""
    opens_at = max(held_until, ready_at)
    return Window(opens_at=opens_at, closes_at=opens_at + life)


def is_still_entitled(*, active: bool, had: frozenset[str], has: frozenset[str]) -> bool:
    """Whether somebody may still have what they asked for: a member with every role they had."""
    return active and had <= has


def next_try(*, tries: int, now: datetime) -> datetime | None:
    """When a release whose try number `tries` went wrong is begun again; None for never."""
    return None if tries >= TRIES else now + WAIT * tries


def file_name(*, job: str, event: str, name: str) -> str:
    """What a download is called: it names the event, so that a file that turns up somewhere leads
    back to who fetched it."""
    return f"{job}-{event}.{name}"
