"""Whether what an answer depends on has been revoked.

Asked in the transaction that starts a challenge or proves one, under the locks of `lock_order`: a
revocation that came first is seen here, one that comes later finds the challenge and its grant.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q

from otpguard.core.facts import RequestFacts
from otpguard.grants.evidence import tenant_key, user_key
from otpguard.models import Factor, FactorBlock, LoginSession, Membership, Tenant
from otpguard.models.factor import FACTORS
from otpguard.prepared_sql import Columns


def nothing_revoked(facts: RequestFacts) -> Q:
    """A condition for any row: the login session has not ended, and in a tenant both the tenant and
    the membership are active."""
    ended = LoginSession.objects.filter(pk=facts.sid).exclude(ended_at=None)
    stands = Q(~Exists(ended))
    if facts.tenant:
        member = Membership.objects.filter(
            Q(user_id=facts.user, tenant_id=facts.tenant),
            active=True,
            tenant__status=Tenant.Status.ACTIVE,
        )
        stands &= Q(Exists(member))
    return stands


def nothing_revoked_sql(*, in_tenant: bool) -> str:
    """`nothing_revoked` for a statement that is written by hand, in a tenant or in none. Its
    parameters are those of `nothing_revoked_params`."""
    ended = Columns(LoginSession).table
    stands = f"NOT EXISTS (SELECT 1 FROM {ended} WHERE sid = %s AND ended_at IS NOT NULL)"  # noqa: S608 (constant text)
    if in_tenant:
        stands += (
            f" AND EXISTS (SELECT 1 FROM {Columns(Membership).table} m"  # noqa: S608 (the same)
            f" JOIN {Columns(Tenant).table} t ON t.id = m.tenant_id WHERE m.tenant_id = %s"
            f" AND m.user_id = %s AND m.active AND t.status = '{Tenant.Status.ACTIVE.value}')"
        )
    return stands


def nothing_revoked_params(facts: RequestFacts) -> list[Any]:
    """The parameters of `nothing_revoked_sql`."""
    here = [tenant_key(facts.tenant), user_key(facts.user)] if facts.tenant else []
    return [facts.sid, *here]


def lock_factor(facts: RequestFacts, factor_id: object, *, kind: str) -> Factor | None:
    """The person's factor of a kind, locked; None if by now it is gone, switched off or blocked in
    the tenant."""
    rows = FACTORS.filter(pk=factor_id, user=facts.user, kind=kind, disabled_at=None)
    if facts.tenant:
        blocked = FactorBlock.objects.filter(Q(tenant=facts.tenant), factor=OuterRef("pk"))
        rows = rows.exclude(Exists(blocked))
    return rows.select_for_update(of=("self",), no_key=True).first()
