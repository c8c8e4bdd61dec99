"""How many organizations and accounts one number serves: many are a sign of trials made in bulk.

It is asked after the number was proven. Before that, the answer would tell a stranger whose number
has accounts here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from otpguard import vault
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.hygiene import number_use_signal
from otpguard.core.pumping.verdict import Signal
from otpguard.factors.phone import holders_of, number_of
from otpguard.flows.checkpoint.step_up_options import is_strict
from otpguard.models import Factor, Membership, PhoneClaim, Tenant


def look_at_number_use(
    facts: RequestFacts, e164: str, *, user: str = "", claim: UUID | None = None
) -> Signal | None:
    """ANOTHER_WAY if a proven number would come to serve more tenants or accounts than HYGIENE
    allows; the tenant of the request counts too, and `user`, or a new account if it is empty.

    `claim` is one that is being used, None for a factor that is being bound: there the accounts do
    not count, for the members of an organization may share a phone.

    An account holds a number as a confirmed factor, or by a claim that it used; claims are kept
    `PURGE_AFTER_DAYS`. Two reads; locks nothing, so that two at the same moment may both pass: the
    cap on the number bounds how many codes there are to do it with. Database errors pass through.
    """
    limits = settings().hygiene
    holders = {str(key) for key in _users_by_factor(e164)}
    used = list(
        PhoneClaim.objects.filter(phone_index__in=vault.blind_indexes(e164), used_at__lte=facts.now)
        .exclude(Q() if claim is None else Q(pk=claim))
        .order_by()
        .values_list("user_id", "tenant_id", "used_at")
    )
    since = facts.now - timedelta(days=limits.number_days)
    holders |= {str(account) for account, _tenant, _at in used if account is not None}
    nameless = sum(account is None for account, _tenant, _at in used)
    tenants = {
        str(tenant) for _account, tenant, at in used if tenant and at is not None and at >= since
    }
    tenants |= {str(tenant) for tenant in _new_tenants_of(holders | {user} - {""}, since)}
    if facts.tenant:
        tenants.add(facts.tenant)
    accounts = len(holders | {user or "new"}) + nameless
    return number_use_signal(
        tenants=len(tenants),
        tenant_limit=limits.number_tenants,
        accounts=accounts,
        account_limit=_account_limit(facts) if claim is not None else 0,
    )


def is_overused(facts: RequestFacts, factor: Factor) -> bool:
    """True for a phone whose number serves too many tenants to be bound in another one. False for
    other factors. Reads as `look_at_number_use` does."""
    if not factor.phone_index:
        return False
    return look_at_number_use(facts, number_of(factor), user=str(factor.user_id)) is not None


def _users_by_factor(e164: str) -> list[object]:
    rows = holders_of(e164).filter(confirmed=True).order_by()
    return list(rows.values_list("user_id", flat=True).distinct())


def _new_tenants_of(users: set[str], since: datetime) -> list[object]:
    """The tenants that came into being since, in which one of them is a member."""
    if not users:
        return []
    young = Q(active=True, tenant__created_at__gte=since)
    rows = Membership.objects.filter(young, user_id__in=users).order_by()
    return list(rows.values_list("tenant_id", flat=True).distinct())


def _account_limit(facts: RequestFacts) -> int:
    """Outside any tenant everybody is a stranger, as strict as can be."""
    limits = settings().hygiene
    tenant = Tenant.objects.filter(pk=facts.tenant).first() if facts.tenant else None
    strict = tenant is None or is_strict(tenant, now=facts.now)
    return limits.number_accounts_strict if strict else limits.number_accounts
