"""Read what a start stands on, in one statement: the person's factors with the lane they count in,
the tenant, and whether something stands in the way of a message.

What usually is not there is only looked at closer where this says that it might be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from otpguard.channels.precheck import PlanPrecheck, in_the_way
from otpguard.conf import factor_kinds, settings
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import Lane
from otpguard.factors.devices import digests
from otpguard.factors.lanes import LaneState, state_in
from otpguard.flows.challenge.known_device import is_known_params, is_known_sql
from otpguard.flows.checkpoint.step_up_options import PersonNow
from otpguard.grants.evidence import tenant_key, user_key
from otpguard.models import Factor, FactorBlock, FactorLane, LoginSession, Tenant
from otpguard.prepared_sql import Columns, every_column
from otpguard.statements import fetch

_TENANT = Columns(
    Tenant,
    *("id", "slug", "region", "tags", "policy_version", "annual_contract_value"),
    *("created_at", "usage_signal_at"),
)
_FACTOR = every_column(Factor)
_LANE = Columns(FactorLane, "id", "failures", "last_failure_at", "not_before")
_ROUTE_FLAGS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StartReading:
    """What was found. `lanes` has the rows of those factors that have failures, by their ids;
    `stopped` the ids of those whose number may have an opt-out."""

    person: PersonNow
    tenant: Tenant | None
    lane: Lane
    lanes: dict[UUID, FactorLane]
    precheck: PlanPrecheck
    stopped: frozenset[UUID]

    def factor(self, factor_id: str) -> Factor | None:
        """One of the person's factors that count here."""
        return next((row for row in self.person.factors if str(row.pk) == factor_id), None)

    def lane_state(self, factor: Factor, *, now: datetime) -> LaneState:
        """What the factor's lane allows now."""
        row = self.lanes.get(factor.pk)
        return LaneState() if row is None else state_in(row, self.lane, now)

    def precheck_of(self, factor: Factor) -> PlanPrecheck:
        """Where to look before a code is sent to this factor."""
        # While the index moves to a new key, a number may stand under the other one.
        moving = len(settings().index_keys) > 1
        return self.precheck.with_opt_outs(moving or factor.pk in self.stopped)


def read_for_start(facts: RequestFacts) -> StartReading:
    """Read it, as it is now. Locks nothing. Raises DatabaseError."""
    devices = digests(facts.device) if facts.device else ()
    kinds = tuple(factor_kinds())
    tenant, user = tenant_key(facts.tenant) if facts.tenant else None, user_key(facts.user)
    params = [facts.sid, *is_known_params(facts, devices), tenant, user, *kinds]
    if facts.tenant:
        params += [tenant, tenant]
    rows = fetch(_sql(len(devices), len(kinds), in_tenant=bool(facts.tenant)), params)
    return _found(rows, facts)


def _found(rows: list[tuple[Any, ...]], facts: RequestFacts) -> StartReading:
    """Each row has one factor, or none if there is none; the rest is the same in all rows."""
    after_flags = 2 + _ROUTE_FLAGS
    after_tenant = after_flags + len(_TENANT)
    after_factor = after_tenant + len(_FACTOR)
    first = rows[0]
    factors, lanes, stopped = [], {}, set()
    for row in rows:
        if row[after_tenant] is None:
            continue
        factor = _FACTOR.read(row[after_tenant:after_factor])
        factors.append(factor)
        if row[after_factor]:
            stopped.add(factor.pk)
        if row[after_factor + 1] is not None:
            lanes[factor.pk] = _LANE.read(row[after_factor + 1 :])
    return StartReading(
        person=PersonNow(session_ended=bool(first[0]), factors=tuple(factors)),
        tenant=_TENANT.read(first[after_flags:after_tenant])
        if facts.tenant and first[after_flags] is not None
        else None,
        lane=Lane.KNOWN if first[1] else Lane.OPEN,
        lanes=lanes,
        precheck=PlanPrecheck.read(first[2:after_flags]),
        stopped=frozenset(stopped),
    )


@lru_cache(maxsize=32)
def _sql(devices: int, kinds: int, *, in_tenant: bool) -> str:
    """Its parameters: the session, those of the known device, the tenant, the person, the kinds;
    the tenant twice, if there is one."""
    ended = Columns(LoginSession).table
    blocks = Columns(FactorBlock).table
    counts = "f.tenant_id IS NULL"
    if in_tenant:
        blocked = f"SELECT 1 FROM {blocks} b WHERE b.factor_id = f.id AND b.tenant_id = %s"  # noqa: S608 (constant text)
        counts = f"(f.tenant_id IS NULL OR f.tenant_id = %s) AND NOT EXISTS ({blocked})"
    route, number = in_the_way("f")
    return (
        f"SELECT EXISTS (SELECT 1 FROM {ended} WHERE sid = %s AND ended_at IS NOT NULL),"  # noqa: S608 (the same)
        f" d.known, {route}, {_TENANT.of('t')}, {_FACTOR.of('f')}, {number}, {_LANE.of('l')}"
        f" FROM (SELECT {is_known_sql(devices)} AS known) d"
        f" LEFT JOIN {_TENANT.table} t ON t.id = %s"
        f" LEFT JOIN {_FACTOR.table} f ON f.user_id = %s AND f.confirmed AND f.disabled_at IS NULL"
        f" AND f.kind IN ({', '.join(['%s'] * kinds)}) AND {counts}"
        f" LEFT JOIN {_LANE.table} l ON l.factor_id = f.id"
        f" AND l.lane = CASE WHEN d.known THEN '{Lane.KNOWN}' ELSE '{Lane.OPEN}' END"
        " ORDER BY f.created_at"
    )
