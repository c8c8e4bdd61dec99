"""What sends must know of prefixes, kept in the process: blocks, watched sums and lists.

Read again every few seconds by the first send of that time, so a send in between runs no statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from django.db.models import Q

from otpguard.committed_cache import CommittedCache
from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.pumping.prefix_rules import ListAction, ListedPrefix, RuleKey
from otpguard.core.pumping.prefixes import PrefixKey, PrefixLevel
from otpguard.core.pumping.reputation import ASK_FROM, KnownPrefix
from otpguard.database import connection, transaction
from otpguard.models import PrefixRule, PrefixStatistic, PumpingMark

KEPT_SECONDS = 5
"""How long a process goes on with what it has read."""
KEPT_ALIVE = timedelta(hours=2)
"""How long a block runs at least after the latest attempt."""

Lists = Mapping[RuleKey, ListedPrefix]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPrefixes:
    """The sums that speak up, and the lists."""

    sums: Mapping[PrefixKey, KnownPrefix] = field(default_factory=dict)
    lists: Lists = field(default_factory=dict)


_known: CommittedCache[KnownPrefixes] = CommittedCache(2)
_lists: CommittedCache[Lists] = CommittedCache(2)
_touched: dict[PrefixKey, datetime] = {}
_lock = Lock()


def known_prefixes(now: datetime) -> KnownPrefixes:
    """What is known at `now`, at most KEPT_SECONDS old. Database errors pass through.

    The reading also writes how long blocks are kept alive that `keep_alive` was told of.
    """
    return _known.get(int(now.timestamp()) // KEPT_SECONDS, lambda: _read(now))


def keep_alive(key: PrefixKey, now: datetime) -> None:
    """Somebody tries a blocked prefix: its block runs for KEPT_ALIVE at least. Written with the
    next reading."""
    with _lock:
        _touched[key] = max(now, _touched.get(key, now))


def forget() -> None:
    """Read everything again: a rule or a block was changed here."""
    _known.cache_clear()


def _read(now: datetime) -> KnownPrefixes:
    _write_kept_alive()
    test = settings().reputation.test
    watched = Q(total__gte=test.threshold * ASK_FROM) | Q(blocked_until__gt=now)
    rows = PrefixStatistic.objects.filter(watched).exclude(level=PrefixLevel.CARRIER.value)
    found = rows.values_list("level", "key", "lane", "total", "blocked_until")
    sums = {
        PrefixKey(PrefixLevel(level), key, lane): KnownPrefix(
            share=total / test.threshold, blocked_until=until
        )
        for level, key, lane, total, until in found
    }
    mark = PumpingMark.objects.filter(name=PumpingMark.LISTS).values_list("place", flat=True)
    return KnownPrefixes(sums=sums, lists=_lists_at(mark.first()))


def _lists_at(place: UUID | None) -> Lists:
    """The rules, read again only when one has changed: a list may have thousands."""
    return {} if place is None else _lists.get(place, _read_lists)


def _read_lists() -> Lists:
    rows = PrefixRule.objects.values_list("prefix", "action", "until", "source")
    return {
        (prefix, ListAction(action)): ListedPrefix(
            prefix=prefix, action=ListAction(action), until=until, source=source
        )
        for prefix, action, until, source in rows
    }


def _write_kept_alive() -> None:
    with _lock:
        told = dict(_touched)
        _touched.clear()
    skip = connection.features.has_select_for_update_skip_locked
    for key, at in told.items():
        until = at + KEPT_ALIVE
        mine = PrefixStatistic.objects.filter(level=key.level.value, key=key.key, lane=key.lane)
        with transaction.atomic():
            # A block that somebody has lifted stays lifted; one that is being changed can wait.
            short = mine.filter(blocked_until__lt=until).select_for_update(skip_locked=skip)
            PrefixStatistic.objects.filter(pk__in=[row.pk for row in short]).update(
                blocked_until=until
            )


def _forget_all() -> None:
    _known.cache_clear()
    _lists.cache_clear()


class _Caches:
    """Both, for a test that changes the settings."""

    cache_clear = staticmethod(_forget_all)


forget_on_change(_Caches())
