"""The shadow of a member whom the host's own directory knows: a Membership row made at first need.

Holds and open challenges stand on such a row, and so do lists of all of a person's tenants (C26).
The directory alone decides whether somebody belongs to a tenant (C27).
"""

from __future__ import annotations

from django.db import IntegrityError
from django.db.models import Q

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.audience import note_lost_roles
from otpguard.core.events.session import GrantRevoked
from otpguard.core.events.tenant import MembershipChanged
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.grants import store
from otpguard.models import Grant, Membership
from otpguard.tenants.directory import MembershipFacts, member_of, members_are_ours

REASON = "the host's directory"


def keep_shadow(*, facts: RequestFacts, user: str, tenant: str) -> None:
    """Make the row of a member, or bring it up to what the host's directory says now.

    Does nothing without a tenant, with the shipped directory, or if the row is up to date. A member
    that the directory no longer knows becomes inactive. The proofs there of a member who lost a
    role end, and so do those of one who is no member any more. A
    change is one transaction with its event, joined to an outer one; it locks the membership, then
    the grants. Raises StoreUnavailable when the directory cannot be asked.
    """
    if not user or not tenant or members_are_ours():
        return
    known = member_of(user, tenant)
    active = known is not None and known.active
    row = Membership.objects.filter(_whose(user, tenant)).first()
    if row is None and known is None:
        return
    roles = sorted(known.roles) if known is not None else list(row.roles if row else [])
    if row is not None and row.active == active and sorted(row.roles) == roles:
        return
    with transaction.atomic():
        created = row is None and _made(facts, user, tenant, known)
        lost = False
        if not created:
            lost = _change(facts, user, tenant, roles=roles, active=active)
        where = Circumstances.of(facts, tenant=tenant, subject=user)
        said = MembershipChanged(roles=roles, active=active, created=created, reason=REASON)
        record(said, where)
        if lost or not active:
            ended = store.revoke(Grant.objects.filter(_whose(user, tenant)), now=facts.now)
            if ended:
                record(
                    GrantRevoked(reason="role lost" if active else "membership ended", count=ended),
                    where,
                )


def _change(facts: RequestFacts, user: str, tenant: str, *, roles: list[str], active: bool) -> bool:
    """Write the roles of a member who has a row; True if one was lost."""
    row = Membership.objects.select_for_update(no_key=True).get(_whose(user, tenant))
    before = set(row.roles) if row.active else set()
    holds = set(roles) if active else set()
    row.lost_roles = note_lost_roles(row.lost_roles, before=before, after=holds, now=facts.now)
    row.roles, row.active = roles, active
    row.save(update_fields=["roles", "active", "lost_roles"])
    return bool(before - holds)


def _whose(user: str, tenant: str) -> Q:
    return Q(user_id=user, tenant_id=tenant)


def _made(facts: RequestFacts, user: str, tenant: str, known: MembershipFacts | None) -> bool:
    """True when this call made the row; another request may have made it first."""
    assert known is not None  # noqa: S101 (keep_shadow makes no row for a stranger)
    row = Membership(
        user_id=user,
        tenant_id=tenant,
        roles=sorted(known.roles),
        active=known.active,
        created_at=known.since or facts.now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True
