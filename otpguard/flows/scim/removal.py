"""Removals by a directory: done at once, or held when too many people go at the same time."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.provisioning.scim import RemovalDecided, RemovalHeld
from otpguard.core.facts import RequestFacts
from otpguard.core.scim import WINDOW, is_mass_removal
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.lock_order import lock_person, lock_tenant
from otpguard.flows.notice.tell import tell_tenant
from otpguard.flows.scim.membership import end_membership
from otpguard.flows.scope import check_tenant
from otpguard.models import ScimUser, Tenant
from otpguard.notices.kinds import NoticeKind


def remove_person(facts: RequestFacts, tenant: Tenant, row: ScimUser) -> None:
    """End the membership of somebody whom the directory calls inactive, or hold that.

    Held are removals beyond a fifth of the tenant's people within an hour, and beyond five: a wrong
    rule in a directory, or a stolen token, must not lock a whole customer out. The administrators
    are told of the first. The caller has locked the person, then the tenant.
    """
    row.active, row.left_at = False, facts.now
    removed, people = _counts(facts, tenant, row)
    held = is_mass_removal(removed=removed, people=people)
    row.removal_held = facts.now if held else None
    row.save(update_fields=["active", "left_at", "removal_held"])
    if not held:
        end_membership(facts, tenant, row)
        return
    said = RemovalHeld(person=str(row.pk), removed=removed, people=people)
    record(said, Circumstances.of(facts, tenant=str(tenant.pk), subject=str(row.user_id or "")))
    others = ScimUser.objects.filter(tenant=tenant).exclude(removal_held=None).exclude(pk=row.pk)
    if not others.exists():
        tell_tenant(
            facts=facts, kind=NoticeKind.REMOVALS_HELD, tenant_id=str(tenant.pk), context={}
        )


def held_removals(tenant: UUID) -> QuerySet[ScimUser]:
    """The people of a tenant whose removal waits. A door binds its proof to them: those who come to
    wait meanwhile need another one."""
    return ScimUser.objects.filter(tenant=tenant).exclude(removal_held=None)


def decide_removals(
    *, facts: RequestFacts, tenant: Tenant, let_through: bool, reason: str = ""
) -> int:
    """Let the removals that are held in a tenant through, or refuse them; returns how many.

    Refused people are active again; the directory may remove them once more. Locks the people, then
    the tenant. The door has asked for a proof. Raises NotAllowed in another tenant, InvalidInput
    if nothing is held.
    """
    check_tenant(facts, tenant.pk)
    waiting = held_removals(tenant.pk)
    with transaction.atomic():
        people = waiting.exclude(user=None).order_by("user_id")
        for user in list(people.values_list("user_id", flat=True)):
            lock_person(user)
        locked = lock_tenant(tenant.pk)
        rows = list(waiting.select_for_update(of=("self",)).order_by("pk"))
        if not rows:
            raise InvalidInput("", str(_("No removal waits.")))
        for row in rows:
            _decide(facts, locked, row, let_through=let_through)
        said = RemovalDecided(count=len(rows), released=let_through, reason=reason)
        where = Circumstances.of(facts, tenant=str(tenant.pk), subject="", target=tenant.name)
        record(said, where)
    return len(rows)


def _decide(facts: RequestFacts, tenant: Tenant, row: ScimUser, *, let_through: bool) -> None:
    row.removal_held = None
    if let_through:
        end_membership(facts, tenant, row)
        if row.deleted_at is not None:
            row.user = None
    else:
        row.left_at = None
        row.active = row.deleted_at is None
    row.version += 1
    row.save(update_fields=["removal_held", "left_at", "active", "user", "version"])


def _counts(facts: RequestFacts, tenant: Tenant, row: ScimUser) -> tuple[int, int]:
    """How many have gone in the window, this one included, and how many there were before."""
    others = ScimUser.objects.filter(tenant=tenant).exclude(pk=row.pk)
    gone = others.filter(left_at__gt=facts.now - WINDOW).count() + 1
    stayed = others.filter(Q(active=True), deleted_at=None).count()
    return gone, gone + stayed
