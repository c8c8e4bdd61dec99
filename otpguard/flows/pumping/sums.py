"""The running sums that a batch of outcomes changes: read once, changed in memory, written once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record_all
from otpguard.core.events.reputation import PrefixBlocked
from otpguard.core.pumping.conversion import ConversionTest, RunningSum
from otpguard.core.pumping.firing import HELD_BY_CHILD, Sum, narrowest
from otpguard.core.pumping.prefixes import NUMBER_LEVELS, PrefixKey, PrefixLevel
from otpguard.models import PrefixStatistic

_CHANGED = (
    "country",
    "total",
    "sends",
    "tried",
    "verified",
    "at",
    "blocked_until",
    "blocks",
)

Step = Callable[[RunningSum], RunningSum]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedKeys:
    """By what one number is counted. `path` is the widest first: its country, then its prefixes;
    `apart` are its network and carrier, which contain none of these."""

    country: str
    path: tuple[PrefixKey, ...]
    apart: tuple[PrefixKey, ...]

    def __iter__(self) -> Iterator[PrefixKey]:
        return iter((*self.path, *self.apart))


class Sums:
    """The sums of some keys, locked. `write` must be called in the same transaction."""

    def __init__(
        self, keys: Collection[PrefixKey], *, test: ConversionTest, block: timedelta
    ) -> None:
        """Lock and read the rows of `keys` that exist."""
        self._test, self._block = test, block
        self._changed: set[PrefixKey] = set()
        self._fired: dict[PrefixKey, int] = {}
        found = PrefixStatistic.objects.filter(key__in={each.key for each in keys})
        rows = found.order_by("pk").select_for_update()
        self._rows = {_key_of(row): row for row in rows}

    def change(self, keys: CountedKeys, step: Step, *, at: datetime) -> None:
        """Change each sum of a number by `step`, and block what fires by it."""
        for key in keys:
            row = self._rows.get(key)
            if row is None:
                row = self._rows[key] = PrefixStatistic(
                    level=key.level.value, key=key.key, lane=key.lane, at=at
                )
            if key in keys.path:
                row.country = keys.country
            self._put(row, step(_sum_of(row)))
        for path in (keys.path, *((each,) for each in keys.apart)):
            self._fire(path, at)

    def write(self, *, now: datetime) -> None:
        """Write what changed in one statement, and an event for each block that runs."""
        changed = [self._rows[key] for key in sorted(self._changed, key=_place)]
        PrefixStatistic.objects.bulk_create(
            [_without_key(row) for row in changed],
            update_conflicts=True,
            unique_fields=["level", "key", "lane"],
            update_fields=_CHANGED,
        )
        record_all(
            [
                (_blocked(self._rows[key], percent), Circumstances(now=now))
                for key, percent in self._fired.items()
                if _runs(self._rows[key], now)
            ]
        )

    def _fire(self, path: Sequence[PrefixKey], at: datetime) -> None:
        sums = [(key, self._faded(self._rows[key], at)) for key in path]
        firing = narrowest(self._test, sums, lambda key: self._children(key, at))
        if firing is None:
            return
        for key in firing.halved:
            row = self._rows[key]
            self._put(row, self._test.halve(self._faded(row, at)))
        row = self._rows[firing.blocked]
        if not _runs(row, at):
            row.blocks += 1
            self._fired[firing.blocked] = round(100 * firing.total / self._test.threshold)
        until = at + self._block
        row.blocked_until = max(row.blocked_until or until, until)

    def _children(self, key: PrefixKey, at: datetime) -> list[Sum]:
        """The sums right below `key`, in the table and in memory, that could hold its share."""
        if key.level not in NUMBER_LEVELS[:-1]:
            return []
        level = NUMBER_LEVELS[NUMBER_LEVELS.index(key.level) + 1]
        rows = PrefixStatistic.objects.filter(level=level.value).select_for_update()
        mine = self._faded(self._rows[key], at).total
        if key.level is PrefixLevel.COUNTRY:
            rows = rows.filter(country=key.key)
        else:
            rows = rows.filter(key__startswith=key.key)
        for row in rows.filter(total__gte=mine * HELD_BY_CHILD).order_by("pk"):
            self._rows.setdefault(_key_of(row), row)
        return [
            (each, self._faded(row, at))
            for each, row in self._rows.items()
            if each.level is level
            and (
                row.country == key.key
                if key.level is PrefixLevel.COUNTRY
                else each.key.startswith(key.key)
            )
        ]

    def _faded(self, row: PrefixStatistic, at: datetime) -> RunningSum:
        return self._test.faded(_sum_of(row), at)

    def _put(self, row: PrefixStatistic, found: RunningSum) -> None:
        row.total, row.at = found.total, found.at
        row.sends, row.tried, row.verified = found.sends, found.tried, found.verified
        self._changed.add(_key_of(row))


def _sum_of(row: PrefixStatistic) -> RunningSum:
    return RunningSum(
        at=row.at, total=row.total, sends=row.sends, tried=row.tried, verified=row.verified
    )


def _key_of(row: PrefixStatistic) -> PrefixKey:
    return PrefixKey(PrefixLevel(row.level), row.key, row.lane)


def _place(key: PrefixKey) -> tuple[str, str, str]:
    return (key.level.value, key.key, key.lane)


def _without_key(row: PrefixStatistic) -> PrefixStatistic:
    """The same row, found by what is unique and not by its primary key."""
    row.pk = None
    return row


def _runs(row: PrefixStatistic, at: datetime) -> bool:
    return row.blocked_until is not None and row.blocked_until > at


def _blocked(row: PrefixStatistic, percent: int) -> PrefixBlocked:
    until = row.blocked_until.isoformat() if row.blocked_until else ""
    return PrefixBlocked(level=row.level, key=row.key, lane=row.lane, until=until, percent=percent)
