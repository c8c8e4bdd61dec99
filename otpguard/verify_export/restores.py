"""A log that went on after a restore: it signs under a new name then, that of its generation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from otpguard.core.sealing.bundle import generation_of, in_generation, without_generation
from otpguard.core.sealing.note import COSIGNS, NoteKey

MOST = 100
"""The most restores of a log that is checked."""
_CLOCK = "/clock"


def is_earlier(origin: str, newest: str) -> bool:
    """Whether `origin` is the log of `newest`, in its generation or one before."""
    same = without_generation(origin) == without_generation(newest)
    return same and generation_of(origin) <= generation_of(newest)


def through_restores(keys: Iterable[NoteKey], origin: str) -> Iterator[NoteKey]:
    """The keys, and those of this log under its names of all generations: who trusts a key trusts
    what it signed before a restore and since. Raises ValueError for more than can be true."""
    if generation_of(origin) > MOST:
        raise ValueError(f"it says that it was restored more than {MOST} times")
    names = [in_generation(origin, number) for number in range(1, generation_of(origin) + 1)]
    for key in keys:
        ending = _CLOCK if key.kind == COSIGNS else ""
        own = key.name.removesuffix(ending)
        yield key
        if without_generation(own) != without_generation(origin):
            continue
        for name in (name for name in names if name != own):
            yield NoteKey(name=f"{name}{ending}", public=key.public, kind=key.kind)


def lost_with(kept: str, origin: str) -> str:
    """What a head says, if the log does not begin with it, of a restore that came after it; nothing
    for a head of the same generation."""
    if generation_of(kept) == generation_of(origin):
        return ""
    return (
        f"; it was signed before a restore (generation {generation_of(kept)}, now"
        f" {generation_of(origin)}): what came after the restored state is not here"
    )
