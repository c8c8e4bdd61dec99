"""The guard's one statement: membership ⋈ tenant ⟕ grants of this login session, without the ORM.

Each table is reached by a unique or partial index (C1). The site's own people, who have no tenant,
are read by a second form of the statement.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import DatabaseError, InterfaceError

from otpguard.conf import methods
from otpguard.conf.caches import forget_on_change
from otpguard.core.assurance import MethodFacts
from otpguard.core.checkpoints import EVERY, SENSITIVE
from otpguard.core.decision import Member
from otpguard.core.evidence import Proof, Source, facts_from_json
from otpguard.core.facts import RequestFacts
from otpguard.core.logo import UNNAMED, TenantLook
from otpguard.database import connection
from otpguard.exceptions import StoreUnavailable
from otpguard.models import Tenant
from otpguard.statements import fetch

logger = logging.getLogger("otpguard.grants")

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a hold whose end cannot be read. Not the last year there is: time zones are added."""

_DIGITS = 32

_NOTHING_HELD: Mapping[str, datetime] = MappingProxyType({})

_GRANT_COLUMNS = (
    "CAST(g.id AS text), g.source, g.facts, g.verified_at, g.intent, g.uses_left, g.passed,"
    " CAST(g.story AS text)"
)

_MEMBER_COLUMNS = (
    "t.status, t.annual_contract_value, t.policy_version, t.name, t.brand, t.logo, t.held,"
    " t.emergency_until, m.active, m.roles, m.held"
)
_MEMBER_SQL = f"""
SELECT {_MEMBER_COLUMNS}, {_GRANT_COLUMNS}
FROM otpguard_membership m
CROSS JOIN otpguard_tenant t
LEFT JOIN otpguard_grant g ON g.sid = %s AND g.tenant_id = %s
                          AND g.user_id = %s AND g.revoked_at IS NULL
WHERE m.tenant_id = %s AND m.user_id = %s AND t.id = %s
"""  # noqa: S608 (constant text)
# The keys stand beside each table instead of in join conditions: half of the guard's cost is the
# planner, and so it has nothing to work out.

_HOSTS_SQL = f"""
SELECT t.status, t.annual_contract_value, t.policy_version, t.name, t.brand, t.logo, t.held,
       t.emergency_until, m.held, {_GRANT_COLUMNS}
FROM otpguard_tenant t
LEFT JOIN otpguard_membership m ON m.tenant_id = %s AND m.user_id = %s
LEFT JOIN otpguard_grant g ON g.sid = %s AND g.tenant_id = %s
                          AND g.user_id = %s AND g.revoked_at IS NULL
WHERE t.id = %s
"""  # noqa: S608 (constant text)
# Where the host's own directory knows the members (C27): our row holds what waits, no more.

_SITE_SQL = f"""
SELECT v.version, h.until, {_GRANT_COLUMNS}
FROM (SELECT coalesce(sum(stamp), 0) AS version
      FROM otpguard_policywish WHERE tenant_id IS NULL AND current) v
LEFT JOIN (SELECT until FROM otpguard_hold
           WHERE user_id = %s AND tenant_id IS NULL AND lifted_at IS NULL
           ORDER BY until DESC LIMIT 1) h ON TRUE
LEFT JOIN otpguard_grant g ON g.sid = %s AND g.tenant_id IS NULL
                          AND g.user_id = %s AND g.revoked_at IS NULL
"""  # noqa: S608 (constant text)
# The longest hold by its row and not by max(): SQLite knows the type of a column only.


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the statement found. `member` is None for somebody who does not belong; `beside` is what
    a caller had read with it. `moved` says that the account is not what the membership says.
    `emergency_until` is when emergency access of the tenant ends; None while there is none."""

    member: Member | None
    proofs: tuple[Proof, ...] = ()
    look: TenantLook = UNNAMED
    annual_contract_value: int = 0
    policy_version: int = 0
    emergency_until: datetime | None = None
    beside: str | None = None
    moved: bool = False


def read_member(
    facts: RequestFacts, *, beside: tuple[str, Sequence[Any]] | None = None
) -> Evidence:
    """Membership, tenant and live grants in one statement.

    `beside` is the SQL of one more column, with its values. Raises StoreUnavailable when the
    database does not answer.
    """
    tenant, user = tenant_key(facts.tenant), user_key(facts.user)
    params = [facts.sid, tenant, user, tenant, user, tenant]
    sql = _MEMBER_SQL
    if beside is not None:
        # PostgreSQL runs it once, however many grants there are: it depends on none of them.
        sql = sql.replace("\nFROM", f", {beside[0]}\nFROM", 1)
        params[:0] = beside[1]
    rows = _rows(sql, params)
    if not rows:
        return Evidence(member=None)
    status, contract, version, name, brand, logo, locked, until, active, roles, held, *_ = rows[0]
    return Evidence(
        member=_member(facts.user_active, status, bool(active), roles, (held, locked)),
        proofs=_proofs([row[11:19] for row in rows], facts),
        look=TenantLook(name, brand, logo),
        annual_contract_value=contract,
        policy_version=version,
        emergency_until=_stored(until) if until else None,
        beside=rows[0][-1] if beside is not None else None,
    )


def read_hosts_member(facts: RequestFacts, *, roles: frozenset[str], active: bool) -> Evidence:
    """Tenant, holds and live grants of somebody who is a member by the host's own word, in one
    statement beside the host's (C27). Raises StoreUnavailable."""
    tenant, user = tenant_key(facts.tenant), user_key(facts.user)
    rows = _rows(_HOSTS_SQL, [tenant, user, facts.sid, tenant, user, tenant])
    if not rows:
        return Evidence(member=None)
    status, contract, version, name, brand, logo, locked, until, held, *_ = rows[0]
    return Evidence(
        member=Member(
            user_active=facts.user_active,
            membership_active=active,
            tenant_active=status == Tenant.Status.ACTIVE,
            roles=roles,
            held=_held(held, locked),
        ),
        proofs=_proofs([row[9:] for row in rows], facts),
        look=TenantLook(name, brand, logo),
        annual_contract_value=contract,
        policy_version=version,
        emergency_until=_stored(until) if until else None,
    )


def read_site(facts: RequestFacts) -> Evidence:
    """Live grants of somebody who acts outside any tenant, and until when what is sensitive waits
    there: other holds do not exist outside tenants. Raises StoreUnavailable."""
    user = user_key(facts.user)
    rows = _rows(_SITE_SQL, [user, facts.sid, user])
    until = rows[0][1]
    return Evidence(
        member=Member(
            user_active=facts.user_active,
            held={SENSITIVE: _stored(until)} if until else _NOTHING_HELD,
        ),
        proofs=_proofs([row[2:] for row in rows], facts),
        policy_version=int(rows[0][0]),
    )


def _rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    try:
        return fetch(sql, params)
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the guard's statement failed") from error


def _key(model: type[Any], value: str) -> Any:  # noqa: ANN401 (a primary key of the host's choice)
    field = model._meta.pk  # noqa: SLF001 (Django's documented Meta API)
    return field.get_db_prep_value(field.to_python(value), connection)


# The JSON columns arrive as text and are nearly always the same few; so are the keys. A grant stays
# the same row until it is spent, so its proof is made once for all requests of its login.


@lru_cache(maxsize=4096)
def tenant_key(value: str) -> Any:  # noqa: ANN401 (what the database's driver wants)
    """The id of a tenant as a parameter."""
    return _key(Tenant, value)


@lru_cache(maxsize=4096)
def user_key(value: str) -> Any:  # noqa: ANN401 (what the database's driver wants)
    """The id of a person as a parameter."""
    return _key(get_user_model(), value)


# Rows outlive releases: what this one cannot read must refuse one thing and not every request.


@lru_cache(maxsize=1024)
def _names(text: str) -> frozenset[str]:
    found = json.loads(text)
    return frozenset(str(name) for name in found) if isinstance(found, list) else frozenset()


@lru_cache(maxsize=1024)
def _moments(text: str) -> Mapping[str, datetime]:
    found = json.loads(text)
    if not isinstance(found, dict):
        return MappingProxyType({EVERY: FOREVER})
    return MappingProxyType({slug: moment_of(until) for slug, until in found.items()})


@lru_cache(maxsize=1024)
def _held(member: str | None, tenant: str) -> Mapping[str, datetime]:
    """The waits of a member and those of everybody in the tenant: of each checkpoint the longest.

    `member` is None for somebody of whom nothing was written yet.
    """
    own = _moments(member) if member is not None else _NOTHING_HELD
    every = _moments(tenant)
    if not every:
        return own
    names = {*own, *every}
    return MappingProxyType(
        {name: max(of[name] for of in (own, every) if name in of) for name in names}
    )


@lru_cache(maxsize=1024)
def _member(
    user_active: bool,  # noqa: FBT001 (the key of a cache)
    status: str,
    active: bool,  # noqa: FBT001 (the same)
    roles: str,
    held: tuple[str, str],
) -> Member:
    return Member(
        user_active=user_active,
        membership_active=active,
        tenant_active=status == Tenant.Status.ACTIVE,
        roles=_names(roles),
        held=_held(*held),
    )


def moment_of(text: object) -> datetime:
    """When a hold ends; one that cannot be read runs until it is written again."""
    try:
        return _aware(datetime.fromisoformat(str(text)))
    except ValueError:
        logger.exception("a hold that ends at %r cannot be read: it runs on", text)
        return FOREVER


@lru_cache(maxsize=1024)
def _method_facts(text: str) -> MethodFacts | None:
    return facts_from_json(json.loads(text), methods=methods())


def _aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _stored(value: datetime) -> datetime:
    """A column's time. SQLite stores no zone: it is that of the database."""
    return value.replace(tzinfo=connection.timezone) if value.tzinfo is None else value


def _proofs(rows: Sequence[Sequence[Any]], facts: RequestFacts) -> tuple[Proof, ...]:
    if not facts.sid:
        # Nothing proven in a browser counts for a bearer token (NIST SP 800-63B-4, 5.1.2).
        return ()
    found = []
    for row in rows:
        proof = _readable(row) if row[0] is not None else None
        if proof is not None:
            found.append(proof)
    return tuple(found)


def _readable(row: Sequence[Any]) -> Proof | None:
    """The proof of one grant; None, which proves nothing, for one that this release cannot read."""
    try:
        return _proof((*row[:3], _stored(row[3]), *row[4:]))
    except (ValueError, KeyError, TypeError, AttributeError):
        logger.exception("the grant %s cannot be read: it proves nothing", row[0])
        return None


@lru_cache(maxsize=4096)
def _proof(row: tuple[Any, ...]) -> Proof | None:
    """One grant as a proof; None for a method that is not installed any more."""
    identity, source, text, verified_at, intent, uses_left, passed, story = row
    facts = _method_facts(text)
    if facts is None:
        return None
    return Proof(
        grant=_spelled(identity),
        source=Source(source),
        facts=facts,
        verified_at=verified_at,
        intent=intent,
        uses_left=uses_left,
        passed=_names(passed),
        story=_spelled(story),
    )


def _spelled(identity: str) -> str:
    """A UUID as PostgreSQL spells it; SQLite keeps its 32 digits only."""
    return str(UUID(identity)) if len(identity) == _DIGITS else identity


forget_on_change(_method_facts, _proof)
