"""The list of a host's URLs, admin actions and API views, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class PlaceKind(StrEnum):
    """What kind of door a place is."""

    URL = "url"
    API = "api"
    ADMIN = "admin"
    ADMIN_ACTION = "admin action"


class How(StrEnum):
    """How a place got its checkpoint."""

    MARK = "mark"
    SETTINGS = "settings"
    PERMISSION = "permission"
    METHOD = "method"
    CALL = "call"
    OWN = "own"
    LOGIN = "login"
    NONE = "none"


EXEMPT = frozenset({How.OWN, How.LOGIN})
"""Our own pages, which guard themselves, and the ways to log in and out."""

UNKNOWN = "?"
"""A checkpoint that is chosen when the view runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedPlace:
    """One door of the host. `path` is its route, or the model and action; `writes` are the
    sensitive models that its code seems to write. `only_reads` says that it takes no unsafe
    method."""

    kind: PlaceKind
    path: str
    name: str = ""
    how: How = How.NONE
    checkpoints: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    only_reads: bool = False

    @property
    def key(self) -> str:
        """What names the place in a baseline."""
        return f"{self.kind} {self.path}"

    @property
    def is_open(self) -> bool:
        """Whether nothing guards it."""
        return not self.checkpoints and self.how not in EXEMPT


@dataclass(frozen=True, slots=True)
class GuardProblem:
    """A place that should be looked at, and why."""

    place: str
    text: str


Baseline = Mapping[str, tuple[str, ...]]


def baseline_of(places: Iterable[GuardedPlace]) -> dict[str, tuple[str, ...]]:
    """What is accepted when the list is as it is now: each place with its checkpoints."""
    return {place.key: place.checkpoints for place in places if place.how not in EXEMPT}


def problems_of(places: Iterable[GuardedPlace], baseline: Baseline | None) -> list[GuardProblem]:
    """What a review must look at, in the order of the list.

    A place that writes a sensitive model and has no checkpoint, unless the baseline accepts it as
    it is. With a baseline, also one that has lost a checkpoint, and a new one that has none and
    takes more than reading.
    """
    found = []
    for place in places:
        known = None if baseline is None else baseline.get(place.key)
        text = _problem(place, known, has_baseline=baseline is not None)
        if text:
            found.append(GuardProblem(place.key, text))
    return found


def _problem(place: GuardedPlace, known: tuple[str, ...] | None, *, has_baseline: bool) -> str:
    if known and (lost := [each for each in known if each not in place.checkpoints]):
        return f"lost its checkpoint: {', '.join(lost)}"
    if not place.is_open or known is not None:
        return ""
    if place.writes:
        return f"writes {', '.join(place.writes)} without a checkpoint"
    if has_baseline and not place.only_reads:
        return "is new and has no checkpoint"
    return ""
