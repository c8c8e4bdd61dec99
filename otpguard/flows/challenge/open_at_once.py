"""Open a challenge on PostgreSQL in one journey: take the locks, then look, count and write all of
it in one statement.

Locks and counts never share a statement: its snapshot would be older than the locks, and a cap
would let through more than it has room for. `flows.challenge.open` says the same in plain
statements, for SQLite and for what is rare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import Any

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import insert_from, values_of
from otpguard.core.challenge import ChallengeState
from otpguard.core.events.base import Event
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import Cap, CapFull
from otpguard.database import connection
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.challenge.revoked import nothing_revoked_params, nothing_revoked_sql
from otpguard.flows.delivery.outbox import delivery_of, wake_workers
from otpguard.flows.lock_order import sharing
from otpguard.limits.limiter import limiter
from otpguard.limits.sql import (
    FILLING_SQL,
    LOCK_SQL,
    USAGE,
    SqlLimiter,
    filling_params,
    full_cap,
    lock_keys,
    use_of,
)
from otpguard.models import Challenge, Delivery, Factor
from otpguard.prepared_sql import Columns, every_column
from otpguard.statements import run_together
from otpguard.store_errors import STORE_ERRORS

_CHALLENGE = every_column(Challenge)
_DELIVERY = every_column(Delivery)
_KEY = Columns(Factor, "id")


class Opened(StrEnum):
    """What came of it. Unless it is DONE, nothing was written."""

    DONE = "done"
    REVOKED = "revoked"
    OLDER = "older"
    """The action has an open challenge already, whose end is an event of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is written when a challenge opens, or nothing of it: the challenge of `factor` with its
    charged caps, its first delivery and its event. `send_caps` are those of the message."""

    facts: RequestFacts
    challenge: Challenge
    factor: Factor
    caps: Sequence[Cap]
    send_caps: Sequence[Cap]
    started: tuple[Event, Circumstances]


def can_open_at_once(opening: Opening) -> bool:
    """True for a confirmed factor on PostgreSQL, with the shipped limiter and caps that have room
    for one at all."""
    return (
        connection.vendor == "postgresql"
        and opening.factor.confirmed
        and type(limiter()) is SqlLimiter
        and all(cap.limit for cap in (*opening.caps, *opening.send_caps))
    )


def open_at_once(opening: Opening) -> Opened | CapFull:
    """Write all of it, or nothing.

    Locks person, tenant and caps, those of the message last, until the end of the caller's
    transaction; that must be rolled back for OLDER, because a plain start locks older challenges
    before the caps of the message. Raises StoreUnavailable.
    """
    facts, challenge = opening.facts, opening.challenge
    every = [*opening.caps, *opening.send_caps]
    keys = lock_keys(opening.caps)
    keys += [key for key in lock_keys(opening.send_caps) if key not in keys]
    delivery = delivery_of(challenge) if challenge.plan else None
    sql = _sql(len(every), in_tenant=bool(facts.tenant), sends=delivery is not None)
    locks = [sharing(user=facts.user, tenant=facts.tenant), (LOCK_SQL, [keys])]
    try:
        rows = run_together([*locks, (sql, _params(opening, every, delivery))])
    except STORE_ERRORS as error:
        raise StoreUnavailable("the challenge cannot be written") from error
    stands, older, *filled_at = rows[-1][0]
    if not stands:
        return Opened.REVOKED
    if older:
        return Opened.OLDER
    full = full_cap(every, filled_at, now=facts.now)
    if full is not None:
        return full
    _is_saved(challenge)
    if delivery is not None:
        wake_workers([delivery])
    return Opened.DONE


def _params(opening: Opening, every: Sequence[Cap], delivery: Delivery | None) -> list[Any]:
    """In the order that `_sql` says."""
    facts, challenge = opening.facts, opening.challenge
    uses = (use_of(cap, challenge=challenge.pk, at=facts.now) for cap in every)
    return [
        *_KEY.bind(opening.factor.pk),
        *nothing_revoked_params(facts),
        *(challenge.sid, challenge.checkpoint, challenge.intent),
        *filling_params(every, facts.now),
        *chain.from_iterable(uses),
        *_CHALLENGE.bind_all(challenge),
        *(_DELIVERY.bind_all(delivery) if delivery is not None else ()),
        *values_of(*opening.started),
    ]


@lru_cache(maxsize=64)
def _sql(caps: int, *, in_tenant: bool, sends: bool) -> str:
    """Its parameters: the factor; those of `nothing_revoked_sql`; session, checkpoint and intent;
    those of each cap; the uses, the challenge, the delivery and the event."""
    names = [f"f{index}" for index in range(caps)]
    filled = ", ".join(f"{FILLING_SQL} AS {name}" for name in names)
    uses = ", ".join([f"({USAGE.places()})"] * caps)
    delivery = (
        f", d AS (INSERT INTO {_DELIVERY.table} ({_DELIVERY.names()})"  # noqa: S608 (constant text)
        f" SELECT {_DELIVERY.places()} FROM ok)"
    )
    return (
        f"WITH seen AS MATERIALIZED (SELECT EXISTS (SELECT 1 FROM {_KEY.table}"  # noqa: S608 (the same)
        f" WHERE id = %s AND confirmed AND disabled_at IS NULL)"
        f" AND {nothing_revoked_sql(in_tenant=in_tenant)} AS stands,"
        f" EXISTS (SELECT 1 FROM {_CHALLENGE.table} WHERE sid = %s AND checkpoint = %s"
        f" AND intent = %s AND state = '{ChallengeState.OPEN.value}') AS older, {filled}),"
        f" ok AS MATERIALIZED (SELECT 1 FROM seen WHERE stands AND NOT older"
        f" AND coalesce({', '.join(names)}) IS NULL),"
        f" u AS (INSERT INTO {USAGE.table} ({USAGE.names()}) SELECT v.* FROM ok,"
        f" (VALUES {uses}) v),"
        f" c AS (INSERT INTO {_CHALLENGE.table} ({_CHALLENGE.names()})"
        f" SELECT {_CHALLENGE.places()} FROM ok)"
        f"{delivery if sends else ''},"
        f" e AS ({insert_from('ok')})"
        f" SELECT stands, older, {', '.join(names)} FROM seen"
    )


def _is_saved(challenge: Challenge) -> None:
    """What `save` would have noted on the instance."""
    challenge._state.adding = False  # noqa: SLF001 (Django's documented ModelState)
    challenge._state.db = connection.alias  # noqa: SLF001 (the same)
