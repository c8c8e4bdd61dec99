"""Keep the one tenant of TENANCY = "single": make it, and write its members as their accounts are.

A role that an account gained is a role that was granted: `write_member` decides about the hold. No
hold begins in the tenant's first day, nor for those who had their roles when it was made, who are
written with it. Somebody first seen later with an admin role has gained it since.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record, record_all
from otpguard.conf import settings
from otpguard.core.events.tenant import MembershipChanged, TenantChanged, TenantCreated
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.scope import check_site
from otpguard.flows.tenant.provision import write_member
from otpguard.models import Membership, Tenant
from otpguard.tenants.single import SINGLE_ID, everybody, flags_of, is_single, roles_from, roles_of

FIRST_DAY = timedelta(hours=24)
"""For how long after it was made nobody is held for a role."""

BATCH = 1_000
REASON = "the account"
_NAME_LENGTH = 120


def make_single(*, facts: RequestFacts) -> bool:
    """Make the one tenant, with all who have a role now as its members; False if it is there.

    One transaction. Raises NotAllowed to anybody but the site.
    """
    check_site(facts)
    with transaction.atomic():
        name = settings().brand[:_NAME_LENGTH]
        taken = Tenant.objects.filter(slug="site").exclude(pk=SINGLE_ID).exists()
        slug = f"site-{SINGLE_ID.hex[-8:]}" if taken else "site"
        tenant, made = Tenant.objects.get_or_create(
            pk=SINGLE_ID,
            defaults={
                "slug": slug,
                "name": name,
                "created_at": facts.now,
                "usage_signal_at": facts.now,  # the site's own people are no stranger on trial
            },
        )
        if made:
            record(TenantCreated(slug=slug), _where(facts, tenant))
            for pk, flags in flags_of(everybody()).order_by("pk").iterator():
                if roles := roles_from(flags):
                    _write(tenant, str(pk), roles, now=facts.now)
    return made


def follow_account(*, facts: RequestFacts) -> None:
    """Write the membership of the person who asks as their account is now, if it differs.

    One transaction, which locks the tenant, joined to an outer one. Somebody who was put out stays
    out. Does nothing without the tenant, and while TENANCY is not "single".
    """
    if not facts.user or not is_single():
        return
    if not Tenant.objects.filter(pk=SINGLE_ID).exists():
        return
    row = _row(facts.user)
    if row is not None and (not row.active or frozenset(row.roles) == roles_of(facts.user)):
        return
    with transaction.atomic():
        tenant = lock_tenant(SINGLE_ID)
        row = _row(facts.user)
        if row is None or row.active:
            _write(tenant, facts.user, roles_of(facts.user), now=facts.now)


def sync_members(*, facts: RequestFacts) -> Iterator[tuple[int, int]]:
    """Write the memberships of all accounts; yields how many were read and written, by batch.

    Each batch is one transaction, which locks the tenant. Raises NotAllowed to anybody but the
    site, Tenant.DoesNotExist before `make_single`.
    """
    check_site(facts)
    last: Any = None
    while True:
        rows = flags_of(everybody() if last is None else everybody().filter(pk__gt=last))
        batch = [(pk, roles_from(flags)) for pk, flags in rows.order_by("pk")[:BATCH]]
        if not batch:
            return
        last = batch[-1][0]
        with transaction.atomic():
            yield len(batch), _sync(lock_tenant(SINGLE_ID), batch, facts.now)


def adopt_single(*, facts: RequestFacts, slug: str, name: str, external_id: str = "") -> Tenant:
    """Make the one tenant the first of many: it gets a name, and keeps its id and all that has it.

    Raises NotAllowed to anybody but the site, InvalidInput (`slug`) if the slug or external id is
    taken, Tenant.DoesNotExist if there never was the one tenant.
    """
    check_site(facts)
    with transaction.atomic():
        tenant = lock_tenant(SINGLE_ID)
        same = Q(slug=slug) | (Q(external_id=external_id) & ~Q(external_id=""))
        if Tenant.objects.filter(same).exclude(pk=SINGLE_ID).exists():
            raise InvalidInput("slug", "Another organization has this slug or external id.")
        wanted = {"slug": slug, "name": name, "external_id": external_id}
        before = {column: getattr(tenant, column) for column in wanted}
        for column, value in wanted.items():
            setattr(tenant, column, value)
        tenant.save(update_fields=list(wanted))
        record(TenantChanged(before=before, after=wanted), _where(facts, tenant))
    return tenant


def _row(user: str) -> Membership | None:
    return Membership.objects.filter(Q(tenant_id=SINGLE_ID, user_id=user)).first()


def _write(tenant: Tenant, user: str, roles: frozenset[str], *, now: datetime) -> None:
    """As code that no request started: the person did not give the role to themselves."""
    try:
        write_member(
            RequestFacts(now=now),
            tenant,
            user,
            roles,
            active=True,
            reason=REASON,
            held=now - tenant.created_at >= FIRST_DAY,
        )
    except InvalidInput:
        return  # the account went meanwhile


def _sync(tenant: Tenant, batch: list[tuple[Any, frozenset[str]]], now: datetime) -> int:
    whose = Q(tenant=tenant, user_id__in=[pk for pk, _roles in batch])
    known = {
        pk: (frozenset(roles), active)
        for pk, roles, active in Membership.objects.filter(whose).values_list(
            "user_id", "roles", "active"
        )
    }
    plain = [pk for pk, roles in batch if pk not in known and not roles]
    Membership.objects.bulk_create(
        [Membership(tenant=tenant, user_id=pk, created_at=now) for pk in plain]
    )
    facts = RequestFacts(now=now)
    said = MembershipChanged(roles=[], active=True, created=True, reason=REASON)
    record_all([(said, _where(facts, tenant, subject=str(pk))) for pk in plain])
    written = len(plain)
    for pk, roles in batch:
        before, active = known.get(pk, (frozenset[str](), True))
        if active and roles != before and (pk in known or roles):
            _write(tenant, str(pk), roles, now=now)
            written += 1
    return written


def _where(facts: RequestFacts, tenant: Tenant, *, subject: str = "") -> Circumstances:
    return Circumstances.of(facts, tenant=str(tenant.pk), subject=subject, target=tenant.name)
