"""Record a right answer on PostgreSQL in one statement: close the challenge, mark the factor's use,
issue the grant, clear the lane, refund the caps and write the events; all of it or nothing. Older
grants end in a statement of their own, which sees what another answer has committed while this one
waited for the factor.

`flows.challenge.prove` says the same in plain statements, for SQLite and for what is rare: a new
factor, a recovery, a suspicious passkey.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import insert_two_from, values_of
from otpguard.core.assurance import MethodFacts
from otpguard.core.challenge import ChallengeMove, ChallengeState, advance_challenge
from otpguard.core.events.challenge import ChallengeVerified
from otpguard.core.events.session import GrantIssued
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import Refund, after_success
from otpguard.database import connection
from otpguard.factors.base import Shown
from otpguard.factors.lanes import Reservation
from otpguard.flows.challenge.answer_reading import AnswerReading
from otpguard.flows.challenge.revoked import nothing_revoked_params, nothing_revoked_sql
from otpguard.flows.delivery.fixed_codes import is_test
from otpguard.flows.lock_order import sharing
from otpguard.grants import store
from otpguard.grants.evidence import tenant_key, user_key
from otpguard.limits.limiter import limiter
from otpguard.limits.sql import USAGE, SqlLimiter
from otpguard.models import Challenge, Factor, FactorBlock, FactorLane, Grant
from otpguard.prepared_sql import Columns, every_column
from otpguard.statements import run_together

_WON = Columns(Challenge, "state", "closed_at", "answered_step")
_KEY = Columns(Challenge, "id")
_USED = Columns(Factor, "last_used_at")
_FACTOR = Columns(Factor, "id", "user", "kind")
_LANE = Columns(FactorLane, "failures", "last_failure_at")
_GRANT = every_column(Grant)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenAtOnce:
    """What the statement did. Only if it `won` and `used` the factor, everything was written;
    `cleared` is False while the lane has other failures by now."""

    won: bool
    used: bool
    cleared: bool
    grant: Grant


def can_prove_at_once(read: AnswerReading, shown: Shown) -> bool:
    """True for a confirmed factor that proves itself at once and of which nobody is told, on
    PostgreSQL with the shipped limiter."""
    factor = read.factor
    return (
        connection.vendor == "postgresql"
        and factor.confirmed
        and not read.challenge.enrolls
        and shown.factor in {"", str(factor.pk)}
        and shown.counted is None
        and not shown.teaches
        and not shown.method.recovers
        and factor.usable_from is None
        and read.challenge.user_id is not None
        and type(limiter()) is SqlLimiter
    )


def prove_at_once(
    facts: RequestFacts,
    read: AnswerReading,
    method: MethodFacts,
    reserved: Reservation | None,
    *,
    step: int | None,
) -> ProvenAtOnce:
    """Write what follows from a right answer. Joins the caller's transaction, which must be rolled
    back unless the statement `won` and `used` the factor.

    Locks person and tenant, then the challenge, the factor, the lane and grants.
    """
    grant = store.granted(read.challenge, method, now=facts.now)
    params = [
        *_closing_params(facts, read, step=step),
        *(_lane_params(reserved, read.factor) if reserved is not None else ()),
        *_GRANT.bind_all(grant),
        *_event_params(facts, read.challenge, grant),
    ]
    sql = _sql(in_tenant=bool(facts.tenant), reserved=reserved is not None)
    rows = run_together(
        [sharing(user=facts.user, tenant=facts.tenant), (sql, params), store.revoking_older(grant)]
    )
    won, used, cleared = rows[1][0]
    return ProvenAtOnce(won=bool(won), used=bool(used), cleared=bool(cleared), grant=grant)


def _closing_params(facts: RequestFacts, read: AnswerReading, *, step: int | None) -> list[Any]:
    challenge, factor = read.challenge, read.factor
    verified = advance_challenge(ChallengeState.OPEN, ChallengeMove.VERIFY).value
    return [
        *_WON.bind(verified, facts.now, step),
        *_KEY.bind(challenge.pk),
        *nothing_revoked_params(facts),
        *_USED.bind(facts.now),
        *_FACTOR.bind(factor.pk, user_key(facts.user), factor.kind),
        *([tenant_key(facts.tenant)] if facts.tenant else []),
        *_KEY.bind(challenge.pk),
    ]


def _lane_params(reserved: Reservation, factor: Factor) -> list[Any]:
    failures, last_failure_at, _ = reserved.before
    return [
        *_LANE.bind(after_success(reserved.lane, failures), last_failure_at),
        *(factor.pk, reserved.lane.value),
        *_LANE.bind(reserved.state.failures, reserved.at),
    ]


def _event_params(facts: RequestFacts, challenge: Challenge, grant: Grant) -> list[Any]:
    where = Circumstances.of_challenge(facts, challenge)
    method = str(grant.facts["method"])
    events = (
        ChallengeVerified(
            method=method, attempt=challenge.attempts, test_number=is_test(challenge)
        ),
        GrantIssued(grant=str(grant.pk), method=method, bound=challenge.binds),
    )
    return [value for event in events for value in values_of(event, where)]


@lru_cache(maxsize=4)
def _sql(*, in_tenant: bool, reserved: bool) -> str:
    """Its parameters: the challenge as it will be, the challenge; those of `nothing_revoked_sql`;
    the moment, the factor, the tenant; the challenge; the lane as it will be, where it is and what
    it was; the grant; two events."""
    blocked = (
        f" AND NOT EXISTS (SELECT 1 FROM {Columns(FactorBlock).table} b"  # noqa: S608 (constant text)
        " WHERE b.factor_id = f.id AND b.tenant_id = %s)"
    )
    lane = (
        f" l AS (UPDATE {_LANE.table} SET {_LANE.set()}, not_before = NULL"  # noqa: S608 (the same)
        " WHERE factor_id = %s AND lane = %s AND failures = %s AND last_failure_at = %s"
        " AND EXISTS (SELECT 1 FROM used) RETURNING 1),"
    )
    return (
        f"WITH won AS (UPDATE {_KEY.table} SET {_WON.set()}, due_at = NULL, ceremony = ''"  # noqa: S608 (the same)
        f" WHERE id = %s AND state = '{ChallengeState.OPEN.value}'"
        f" AND {nothing_revoked_sql(in_tenant=in_tenant)} RETURNING 1),"
        f" used AS (UPDATE {_FACTOR.table} f SET {_USED.set()} WHERE id = %s AND user_id = %s"
        " AND kind = %s AND confirmed AND disabled_at IS NULL"
        f"{blocked if in_tenant else ''} AND EXISTS (SELECT 1 FROM won) RETURNING 1),"
        f" refunded AS (DELETE FROM {USAGE.table} WHERE challenge = %s"
        f" AND refund = '{Refund.FULL.value}' AND EXISTS (SELECT 1 FROM used)),"
        f"{lane if reserved else ''}"
        f" granted AS (INSERT INTO {_GRANT.table} ({_GRANT.names()})"
        f" SELECT {_GRANT.places()} FROM used),"
        f" told AS ({insert_two_from('used')})"
        " SELECT (SELECT count(*) FROM won), (SELECT count(*) FROM used),"
        f" {'(SELECT count(*) FROM l)' if reserved else '1'}"
    )
