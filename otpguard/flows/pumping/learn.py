"""Learn from what came of sends, long after them: a send costs no statement for it.

Challenges are read in the order of their keys, which is that of time, each twice: when its grace
has passed, and when no code of it can come any more. How far each reading is stands in a row that
is changed with what was learned, so every challenge is counted once, also after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from uuid import UUID

from otpguard import vault
from otpguard.conf import settings
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.phone import PhoneNumber, country_of
from otpguard.core.pumping.attempt import SpendLane
from otpguard.core.pumping.prefixes import (
    PrefixKey,
    asn_key,
    carrier_key,
    country_key,
    prefixes_of,
)
from otpguard.core.route import TEST_ROUTE
from otpguard.database import connection, transaction
from otpguard.flows.pumping.sums import CountedKeys, Step, Sums
from otpguard.models import Challenge, Delivery, NumberOutcome, PumpingMark
from otpguard.vault import UndecryptableError

BATCH = 500
LATE = timedelta(minutes=15)
"""When no code of a challenge can come any more: none lives longer than ten minutes."""
UNIT = timedelta(days=1)
"""A number counts once in this time."""

_READ = (
    "phone_index",
    "destination",
    "enrolls",
    "browser",
    "spend_lane",
    "asn",
    "plan",
    "state",
    "created_at",
    "closed_at",
)
_LEFT = (DeliveryState.SENT.value, DeliveryState.DELIVERED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """One challenge of a number that nobody had confirmed, and whose message has left."""

    indexes: tuple[str, ...]
    keys: CountedKeys
    sends: int
    verified: bool
    at: datetime


def learn_outcomes(*, now: datetime) -> int:
    """Count one batch of challenges; returns how many were read, BATCH if there may be more.

    Commits by itself, each of its two readings. Returns 0 while another worker learns. Locks the
    place of the reading, then the sums in the order of their keys. Database errors pass through,
    and nothing is counted then.
    """
    grace = settings().reputation.grace
    counted = _advance(PumpingMark.LEARNED, now - grace, partial(_count, now=now))
    turned = _advance(PumpingMark.LATE, now - LATE, partial(_turn_around, now=now))
    return max(counted, turned)


def _advance(name: str, until: datetime, learn: Callable[[Sequence[Challenge]], None]) -> int:
    with transaction.atomic():
        if not _lock():
            return 0
        mark, _created = PumpingMark.objects.get_or_create(name=name)
        later = Challenge.objects.filter(pk__gt=mark.place).order_by("pk").only("pk", *_READ)
        # Up to the first one that is too young: one that is skipped is never read again.
        ripe = list(takewhile(lambda row: row.created_at <= until, later[:BATCH]))
        if not ripe:
            return 0
        learn([row for row in ripe if _teaches(row)])
        mark.place = ripe[-1].pk
        mark.save(update_fields=["place"])
    return len(ripe)


def _lock() -> bool:
    """Keep other workers out, for either reading; False if one learns already."""
    first = PumpingMark.objects.filter(name=PumpingMark.LEARNED)
    if not first.exists():
        mark = PumpingMark(name=PumpingMark.LEARNED)
        PumpingMark.objects.bulk_create([mark], ignore_conflicts=True)
    skip = connection.features.has_select_for_update_skip_locked
    return bool(first.select_for_update(skip_locked=skip))


def _teaches(row: Challenge) -> bool:
    """A number that was confirmed before says nothing: its owner has proven it."""
    is_test = any(step["provider"] == TEST_ROUTE for step in row.plan)
    return row.enrolls and bool(row.phone_index and row.destination) and not is_test


def _count(rows: Sequence[Challenge], *, now: datetime) -> None:
    config = settings().reputation
    tried = _tried(rows)
    if not tried:
        return
    outcomes = _outcomes(tried)
    sums = Sums(_all_keys(tried), test=config.test, block=config.block)
    changed: dict[str, NumberOutcome] = {}
    for each in tried:
        at = min(now, each.at + config.grace)
        row = next((outcomes[index] for index in each.indexes if index in outcomes), None)
        step: Step | None = None
        if row is None or each.at >= row.began_at + UNIT:
            row = row or NumberOutcome(phone_index=each.indexes[0])
            row.began_at, row.verified = each.at, each.verified
            step = partial(config.test.count, verified=each.verified, at=at, sends=each.sends)
        elif each.verified and not row.verified:
            row.verified = True
            step = partial(config.test.turn_around, at=at)
        if step is not None:
            outcomes[each.indexes[0]] = changed[row.phone_index] = row
            sums.change(each.keys, step, at=at)
    _write(changed.values())
    sums.write(now=now)


def _turn_around(rows: Sequence[Challenge], *, now: datetime) -> None:
    """Count those as verified whose code came after the grace."""
    config = settings().reputation
    late = [row for row in rows if row.closed_at and row.closed_at > row.created_at + config.grace]
    tried = [each for each in _tried(late) if each.verified]
    if not tried:
        return
    outcomes = _outcomes(tried)
    sums = Sums(_all_keys(tried), test=config.test, block=config.block)
    changed: dict[str, NumberOutcome] = {}
    for each in tried:
        row = next((outcomes[index] for index in each.indexes if index in outcomes), None)
        if row is None or row.verified:
            continue
        row.verified = True
        changed[row.phone_index] = row
        sums.change(each.keys, partial(config.test.turn_around, at=now), at=now)
    _write(changed.values())
    sums.write(now=now)


def _tried(rows: Sequence[Challenge]) -> list[_Tried]:
    """What each challenge teaches; nothing of one whose messages have all failed, since then no
    person could answer, and of one that no key opens."""
    left: dict[UUID, list[str]] = {}
    sent = Delivery.objects.filter(challenge__in=[row.pk for row in rows], state__in=_LEFT)
    for challenge, carrier in sent.order_by("step").values_list("challenge_id", "carrier"):
        left.setdefault(challenge, []).append(carrier)
    return [found for row in rows if (found := _read(row, left.get(row.pk, []))) is not None]


def _read(row: Challenge, carriers: Sequence[str]) -> _Tried | None:
    if not carriers:
        return None
    try:
        e164 = row.destination.reveal()
    except UndecryptableError:
        return None
    number = PhoneNumber(e164=e164, region=country_of(e164))
    lane = SpendLane(row.spend_lane) if row.spend_lane else SpendLane.STRANGER
    carrier = next((each for each in carriers if each), "")
    apart = (asn_key(row.asn), carrier_key(number, carrier))
    return _Tried(
        indexes=vault.blind_indexes(e164),
        keys=CountedKeys(
            country=number.region,
            path=(country_key(number, lane), *prefixes_of(number)),
            apart=tuple(key for key in apart if key is not None),
        ),
        sends=len(carriers),
        verified=row.state == ChallengeState.VERIFIED,
        at=row.created_at,
    )


def _outcomes(tried: Iterable[_Tried]) -> dict[str, NumberOutcome]:
    indexes = {index for each in tried for index in each.indexes}
    rows = NumberOutcome.objects.filter(phone_index__in=indexes).order_by("pk")
    return {row.phone_index: row for row in rows.select_for_update()}


def _write(rows: Iterable[NumberOutcome]) -> None:
    made = [
        NumberOutcome(phone_index=row.phone_index, began_at=row.began_at, verified=row.verified)
        for row in sorted(rows, key=lambda each: each.phone_index)
    ]
    NumberOutcome.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["phone_index"],
        update_fields=["began_at", "verified"],
    )


def _all_keys(tried: Iterable[_Tried]) -> set[PrefixKey]:
    return {key for each in tried for key in each.keys}
