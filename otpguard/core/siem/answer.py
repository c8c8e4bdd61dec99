"""What a receiver said to a batch of events, and how long to wait before the next try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

LONGEST_WAIT = 900.0
"""Seconds between two tries at most: a receiver that comes back has its events soon after."""

OK, CREATED, BAD_REQUEST, CONFLICT = 200, 201, 400, 409
CONTENT = frozenset({BAD_REQUEST, 413, 422})
"""Refusals of what was sent. Others, such as 401 or 404, are of us, and no event is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkAnswer:
    """The first `taken` events of the batch are done with; `refused` ones among them, by their
    place in it, for good. `trouble` says why the rest is not. With `too_much` it was for what the
    events hold, so a smaller batch may be taken. `wait` is what was asked for, in seconds."""

    taken: int = 0
    refused: Mapping[int, str] = field(default_factory=dict)
    trouble: str = ""
    too_much: bool = False
    wait: int | None = None


def by_status(status: int, *, count: int, wait: int | None = None) -> SinkAnswer:
    """The answer of a receiver that takes a whole batch or nothing."""
    if status // 100 == OK // 100:
        return SinkAnswer(taken=count)
    return SinkAnswer(trouble=f"HTTP {status}", too_much=status in CONTENT, wait=wait)


def wait_after(failures: int, *, dice: float, asked: int | None = None) -> timedelta:
    """How long to wait after so many failures in a row, 1 or more.

    It doubles from two seconds; `dice` (0 to 1) takes up to half of it away, so that many streams
    do not come back at once. A longer wait that the receiver has `asked` for counts, up to an hour.
    """
    most = min(2.0 ** min(failures, 20), LONGEST_WAIT)
    own = most * (1 - dice / 2)
    return timedelta(seconds=max(own, min(asked or 0, 3600)))
