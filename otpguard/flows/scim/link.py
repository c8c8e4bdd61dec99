"""Entries of a directory that wait for the owner of an account that was here before.

A directory can name any e-mail address, so no entry alone makes a member (A1). Its owner
decides, logged in and with a proof.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db.models import Q, QuerySet

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.provisioning.scim import DirectoryPersonLinked
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.flows.lock_order import lock_person, lock_tenant
from otpguard.flows.scim.membership import give_membership
from otpguard.flows.scim.phone import keep_number
from otpguard.flows.scope import check_person
from otpguard.models import ScimUser


def waiting_links(*, user_id: str) -> QuerySet[ScimUser]:
    """The entries that ask this person; for pages."""
    rows = ScimUser.objects.select_related("tenant").filter(Q(asked_id=user_id), user=None)
    return rows.filter(deleted_at=None).order_by("created_at", "pk")


def answer_link(*, facts: RequestFacts, person: UUID, accepted: bool) -> bool:
    """Say whether an entry means the person who asks; False if it asks them no more.

    An accepted entry makes them a member with the roles of its groups, and its number waits as any
    new one does. A refused entry stays without an account. The door has asked for a proof of who
    accepts. Locks the person, then the tenant and the entry. Raises NotAllowed for the entry of
    somebody else.
    """
    with transaction.atomic():
        lock_person(facts.user)
        known = ScimUser.objects.filter(pk=person, user=None, deleted_at=None)
        before = known.exclude(asked=None).first()
        if before is None:
            return False
        check_person(facts, before.asked_id)
        tenant = lock_tenant(before.tenant_id)
        row = known.select_for_update(of=("self",)).filter(Q(asked_id=facts.user)).first()
        if row is None or _is_member_already(row, facts.user):
            return False
        row.asked, row.changed_at = None, facts.now
        row.version += 1
        if accepted:
            row.user_id = before.asked_id
        row.save()
        here = replace(facts, tenant=str(tenant.pk))
        said = DirectoryPersonLinked(person=str(row.pk), accepted=accepted)
        record(said, Circumstances.of(here, tenant=str(tenant.pk), subject=facts.user))
        if accepted and row.active:
            give_membership(here, tenant, row)
            keep_number(here, tenant, row)
    return True


def _is_member_already(row: ScimUser, user_id: str) -> bool:
    """Whether another entry of the same directory is this person."""
    others = ScimUser.objects.filter(Q(user_id=user_id), tenant=row.tenant_id, deleted_at=None)
    return others.exists()
