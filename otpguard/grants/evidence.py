"""The guard's one statement: membership ⋈ tenant ⟕ grants of this login session, without the ORM.

Each table is reached by a unique or partial index (C1). The site's own people, who have no tenant,
are read by a second form of the statement.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import (
    DatabaseError,
    InterfaceError,
    connection,
)

from otpguard.core.assurance import MethodFacts
from otpguard.core.decision import Member
from otpguard.core.evidence import Proof, Source, facts_from_json
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import StoreUnavailable
from otpguard.models import Tenant
from otpguard.models.prepared import prepared_cursor

_GRANT_COLUMNS = "g.id, g.source, g.facts, g.verified_at, g.intent, g.uses_left, g.passed, g.story"

_MEMBER_SQL = f"""
SELECT t.status, t.annual_contract_value, t.policy_version, m.active, m.roles, m.held,
       {_GRANT_COLUMNS}
FROM otpguard_membership m
CROSS JOIN otpguard_tenant t
LEFT JOIN otpguard_grant g ON g.sid = %s AND g.tenant_id = %s
                          AND g.user_id = %s AND g.revoked_at IS NULL
WHERE m.tenant_id = %s AND m.user_id = %s AND t.id = %s
"""  # noqa: S608 (constant text)
# The keys stand beside each table instead of in join conditions: half of the guard's cost is the
# planner, and so it has nothing to work out.

_SITE_SQL = f"""
SELECT v.version, {_GRANT_COLUMNS}
FROM (SELECT coalesce(sum(version), 0) AS version
      FROM otpguard_policywish WHERE tenant_id IS NULL AND current) v
LEFT JOIN otpguard_grant g ON g.sid = %s AND g.tenant_id IS NULL
                          AND g.user_id = %s AND g.revoked_at IS NULL
"""  # noqa: S608 (constant text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the statement found. `member` is None for somebody who does not belong."""

    member: Member | None
    proofs: tuple[Proof, ...] = ()
    annual_contract_value: int = 0
    policy_version: int = 0


def read_member(facts: RequestFacts) -> Evidence:
    """Membership, tenant and live grants in one statement.

    Raises StoreUnavailable when the database does not answer.
    """
    tenant, user = _tenant_key(facts.tenant), _user_key(facts.user)
    rows = _rows(_MEMBER_SQL, [facts.sid, tenant, user, tenant, user, tenant])
    if not rows:
        return Evidence(member=None)
    status, contract, version, active, roles, held, *_ = rows[0]
    return Evidence(
        member=Member(
            user_active=facts.user_active,
            membership_active=bool(active),
            tenant_active=status == Tenant.Status.ACTIVE,
            roles=_names(roles),
            held=_moments(held),
        ),
        proofs=_proofs([row[6:] for row in rows], facts),
        annual_contract_value=contract,
        policy_version=version,
    )


def read_site(facts: RequestFacts) -> Evidence:
    """Live grants of somebody who acts outside any tenant. Raises StoreUnavailable."""
    rows = _rows(_SITE_SQL, [facts.sid, _user_key(facts.user)])
    return Evidence(
        member=Member(user_active=facts.user_active),
        proofs=_proofs([row[1:] for row in rows], facts),
        policy_version=rows[0][0],
    )


def _rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    try:
        with prepared_cursor() as cursor:
            cursor.execute(sql, params)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the guard's statement failed") from error


def _key(model: type[Any], value: str) -> Any:  # noqa: ANN401 (a primary key of the host's choice)
    field = model._meta.pk  # noqa: SLF001 (Django's documented Meta API)
    return field.get_db_prep_value(field.to_python(value), connection)


# The JSON columns arrive as text and are nearly always the same few; so are the keys.


@lru_cache(maxsize=4096)
def _tenant_key(value: str) -> Any:  # noqa: ANN401 (what the database's driver wants)
    return _key(Tenant, value)


@lru_cache(maxsize=4096)
def _user_key(value: str) -> Any:  # noqa: ANN401 (what the database's driver wants)
    return _key(get_user_model(), value)


@lru_cache(maxsize=1024)
def _names(text: str) -> frozenset[str]:
    return frozenset(json.loads(text))


@lru_cache(maxsize=1024)
def _moments(text: str) -> Mapping[str, datetime]:
    moments = {slug: datetime.fromisoformat(until) for slug, until in json.loads(text).items()}
    return MappingProxyType(moments)


@lru_cache(maxsize=1024)
def _method_facts(text: str) -> MethodFacts:
    return facts_from_json(json.loads(text))


def _aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _proofs(rows: Sequence[Sequence[Any]], facts: RequestFacts) -> tuple[Proof, ...]:
    if not facts.sid:
        # Nothing proven in a browser counts for a bearer token (NIST SP 800-63B-4, 5.1.2).
        return ()
    return tuple(_proof(row) for row in rows if row[0] is not None)


def _proof(row: Sequence[Any]) -> Proof:
    identity, source, facts, verified_at, intent, uses_left, passed, story = row
    return Proof(
        grant=str(identity if isinstance(identity, UUID) else UUID(identity)),
        source=Source(source),
        facts=_method_facts(facts),
        verified_at=_aware(verified_at),
        intent=intent,
        uses_left=uses_left,
        passed=_names(passed),
        story=str(story if isinstance(story, UUID) else UUID(story)),
    )
