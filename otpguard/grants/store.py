"""Issue, mark, spend and revoke grants. Every write here joins the caller's transaction."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet

from otpguard.core.assurance import MethodFacts
from otpguard.core.evidence import Proof, facts_to_json
from otpguard.models import Challenge, Grant


def issue(challenge: Challenge, facts: MethodFacts, *, now: datetime) -> Grant:
    """Record the proof that a verified challenge gave.

    Revokes the older grants of the same session, tenant, method and binding, so that the guard's
    statement stays a handful of rows.
    """
    assert challenge.user is not None  # noqa: S101 (anonymous challenges grant nothing yet)
    intent = challenge.intent if challenge.binds else ""
    Grant.objects.filter(
        sid=challenge.sid,
        tenant=challenge.tenant_id,
        user=challenge.user_id,
        intent=intent,
        facts__method=str(facts.method),
        revoked_at=None,
    ).update(revoked_at=now)
    return Grant.objects.create(
        sid=challenge.sid,
        tenant_id=challenge.tenant_id,
        user=challenge.user,
        facts=facts_to_json(facts),
        story=challenge.story,
        verified_at=now,
        intent=intent,
        uses_left=1 if challenge.binds else None,
        challenge=challenge,
        factor_id=challenge.factor_id,
    )


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
