"""Issue, mark, spend and revoke grants. Every write here joins the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from otpguard.core.assurance import MethodFacts
from otpguard.core.evidence import Proof, Source, facts_to_json
from otpguard.database import connection
from otpguard.models import Challenge, Grant
from otpguard.prepared_sql import Columns

_OLDER = Columns(Grant, "revoked_at", "sid", "user", "id")


def issue(challenge: Challenge, facts: MethodFacts, *, now: datetime) -> Grant:
    """Record the proof that a verified challenge gave.

    Revokes the older grants of the same session, tenant, method and binding, so that the guard's
    statement stays a handful of rows.
    """
    grant = granted(challenge, facts, now=now)
    Grant.objects.filter(
        sid=grant.sid,
        tenant=grant.tenant_id,
        user=grant.user_id,
        intent=grant.intent,
        facts__method=facts.method.slug,
        revoked_at=None,
    ).update(revoked_at=now)
    grant.save(force_insert=True)
    return grant


def granted(challenge: Challenge, facts: MethodFacts, *, now: datetime) -> Grant:
    """The proof that a verified challenge gives, unsaved."""
    assert challenge.user_id is not None  # noqa: S101 (anonymous challenges grant nothing yet)
    return Grant(
        sid=challenge.sid,
        tenant_id=challenge.tenant_id,
        user_id=challenge.user_id,
        facts=facts_to_json(facts),
        story=challenge.story,
        verified_at=now,
        intent=challenge.intent if challenge.binds else "",
        uses_left=1 if challenge.binds else None,
        challenge=challenge,
        factor_id=challenge.factor_id,
    )


def revoking_older(grant: Grant) -> tuple[str, list[Any]]:
    """The statement on PostgreSQL that revokes the grants older than one that was just issued, as
    `issue` does, and its parameters."""
    in_tenant = grant.tenant_id is not None
    sql = (
        f"UPDATE {_OLDER.table} SET revoked_at = %s WHERE sid = %s AND user_id = %s AND id <> %s"  # noqa: S608 (constant text)
        f" AND tenant_id {'= %s' if in_tenant else 'IS NULL'}"
        " AND intent = %s AND facts ->> 'method' = %s AND revoked_at IS NULL"
    )
    here = [grant.tenant_id] if in_tenant else []
    known = _OLDER.bind(grant.verified_at, grant.sid, grant.user_id, grant.pk)
    return sql, [*known, *here, grant.intent, grant.facts["method"]]


def spend(proof: Proof) -> bool:
    """Take one use of a bound grant. False when another request took the last one."""
    return bool(
        Grant.objects.filter(pk=proof.grant, revoked_at=None, uses_left__gt=0).update(
            uses_left=F("uses_left") - 1
        )
    )


def give_back(grant: str) -> None:
    """Return the use that a request took and could not make, because the view failed."""
    Grant.objects.filter(pk=grant, revoked_at=None, uses_left=0).update(uses_left=1)


def retire(grants: Iterable[str], *, now: datetime) -> None:
    """End the bound grants that have no use left, or they would pile up in their login session and
    the guard would read them all."""
    Grant.objects.filter(pk__in=list(grants), revoked_at=None, uses_left=0).update(revoked_at=now)


def mark_passed(proof: Proof, checkpoint: str) -> bool:
    """Note the first pass of an unbound grant at a checkpoint.

    True when this call noted it, False when it was noted already or the grant is gone. One
    conditional UPDATE, so of two requests at once one gets True.
    """
    if connection.vendor == "postgresql":
        changed = "passed || %s::jsonb"
        absent = "NOT passed @> %s::jsonb"
        value = json.dumps([checkpoint])
        params: list[Any] = [value, UUID(proof.grant), value]
    else:
        changed = "json_insert(passed, '$[#]', %s)"
        absent = "NOT EXISTS (SELECT 1 FROM json_each(passed) WHERE value = %s)"
        params = [checkpoint, UUID(proof.grant).hex, checkpoint]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE otpguard_grant SET passed = {changed}"  # noqa: S608 (constant text)
            f" WHERE id = %s AND revoked_at IS NULL AND {absent}",
            params,
        )
        return bool(cursor.rowcount)


def is_live(grant: str) -> bool:
    """True while the grant is there and not revoked."""
    return Grant.objects.filter(pk=grant, revoked_at=None).exists()


def revoke(grants: QuerySet[Grant], *, now: datetime) -> int:
    """End the live ones of `grants`; returns how many."""
    return grants.filter(revoked_at=None).update(revoked_at=now)


def issue_signed_in(
    *,
    sid: str,
    tenant: UUID,
    user: str,
    provider: UUID,
    facts: MethodFacts,
    story: UUID,
    intent: str,
    verified_at: datetime,
    now: datetime,
) -> Grant:
    """Record the proof that a sign-in at an identity provider gave; revokes the older ones of the
    same session, tenant, provider and binding. The provider stands where a factor of ours would."""
    older = Grant.objects.filter(sid=sid, tenant=tenant, user_id=user, factor_id=provider)
    revoke(older.filter(intent=intent), now=now)
    return Grant.objects.create(
        sid=sid,
        tenant_id=tenant,
        user_id=user,
        source=Source.IDP.value,
        facts=facts_to_json(facts),
        story=story,
        verified_at=verified_at,
        intent=intent,
        uses_left=1 if intent else None,
        factor_id=provider,
    )
