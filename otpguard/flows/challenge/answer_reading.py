"""Read what an answer is verified with, in one statement: the challenge, its factor, the lane that
failures count in, and the messages that carried its code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from otpguard.core.facts import RequestFacts
from otpguard.core.limits import Lane
from otpguard.factors.devices import digests
from otpguard.flows.challenge.known_device import is_known_params, is_known_sql
from otpguard.grants.evidence import tenant_key, user_key
from otpguard.models import Challenge, Delivery, Factor, FactorLane
from otpguard.prepared_sql import Columns, every_column
from otpguard.statements import fetch

_CHALLENGE = every_column(Challenge)
_FACTOR = every_column(Factor)
_LANE = every_column(FactorLane)
_DELIVERY = every_column(Delivery)
_KEY = Columns(Challenge, "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReading:
    """What was found. `row` is the lane's, if there were failures; `sent` are the messages of the
    challenge's generation, by their steps."""

    challenge: Challenge
    factor: Factor
    lane: Lane
    row: FactorLane | None
    sent: tuple[Delivery, ...]


def read_for_answer(facts: RequestFacts, challenge_id: UUID) -> AnswerReading | None:
    """Read it, as it is now; None unless the challenge is of this person, login session and tenant
    (A23) and has a factor. Locks nothing."""
    if not facts.sid or not facts.user:
        return None
    devices = digests(facts.device) if facts.device else ()
    here = [tenant_key(facts.tenant)] if facts.tenant else []
    params = [
        *is_known_params(facts, devices),
        *_KEY.bind(challenge_id),
        *(facts.sid, user_key(facts.user)),
        *here,
    ]
    rows = fetch(_sql(len(devices), in_tenant=bool(facts.tenant)), params)
    return _found(rows) if rows else None


def _found(rows: list[tuple[Any, ...]]) -> AnswerReading:
    """Each row has one message, or none if there is none; the rest is the same in all rows."""
    known, *first = rows[0]
    of_factor = len(_CHALLENGE)
    of_lane = of_factor + len(_FACTOR)
    of_sent = of_lane + len(_LANE)
    challenge = _CHALLENGE.read(first[:of_factor])
    factor = _FACTOR.read(first[of_factor:of_lane])
    challenge.factor = factor
    return AnswerReading(
        challenge=challenge,
        factor=factor,
        lane=Lane.KNOWN if known else Lane.OPEN,
        row=None if first[of_lane] is None else _LANE.read(first[of_lane:of_sent]),
        sent=tuple(
            _DELIVERY.read(row[1 + of_sent :]) for row in rows if row[1 + of_sent] is not None
        ),
    )


@lru_cache(maxsize=8)
def _sql(devices: int, *, in_tenant: bool) -> str:
    """Its parameters: those of the known device, the challenge, session, person, tenant."""
    tenant = "= %s" if in_tenant else "IS NULL"
    return (
        f"SELECT k.known, {_CHALLENGE.of('c')}, {_FACTOR.of('f')}, {_LANE.of('l')},"  # noqa: S608 (constant text)
        f" {_DELIVERY.of('d')} FROM (SELECT {is_known_sql(devices)} AS known) k"
        f" CROSS JOIN {_CHALLENGE.table} c JOIN {_FACTOR.table} f ON f.id = c.factor_id"
        f" LEFT JOIN {_LANE.table} l ON l.factor_id = f.id"
        f" AND l.lane = CASE WHEN k.known THEN '{Lane.KNOWN}' ELSE '{Lane.OPEN}' END"
        f" LEFT JOIN {_DELIVERY.table} d"
        " ON d.challenge_id = c.id AND d.generation = c.generation"
        f" WHERE c.id = %s AND c.sid = %s AND c.user_id = %s AND c.tenant_id {tenant}"
        " ORDER BY d.step"
    )
