"""Groups of a directory: who is in them, and the role that a person of the tenant lets each give.

A change of members is as dear as the people that it names, not as the group is large.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.base import Event
from otpguard.core.events.provisioning.scim import (
    DirectoryGroupChanged,
    DirectoryGroupCreated,
    DirectoryGroupDeleted,
    DirectoryGroupMapped,
)
from otpguard.core.facts import RequestFacts
from otpguard.core.scim import GroupChange
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.scim.membership import apply_roles
from otpguard.flows.scim.values import fold
from otpguard.flows.scope import check_tenant
from otpguard.models import ScimGroup, ScimGroupMember, ScimUser, Tenant
from otpguard.models.scim.scim_group import ROLE_LENGTH

BATCH = 2000
"""Rows in one statement."""

_TAKEN = _("A group of this directory has this name already.")
_NOBODY = _("This directory does not know one of the members.")


def create_group(*, facts: RequestFacts, tenant: Tenant, change: GroupChange) -> ScimGroup:
    """Add a group, which gives its people nothing yet. Locks the tenant.

    Raises NotAllowed in another tenant, InvalidInput for a name that is taken (`name`) and for
    members who are not known here (`members`).
    """
    check_tenant(facts, tenant.pk)
    with transaction.atomic():
        locked = lock_tenant(tenant.pk)
        name = change.name or ""
        row = ScimGroup(tenant=locked, name=name, folded=fold(name), created_at=facts.now)
        row.external_id, row.changed_at = change.external_id or "", facts.now
        _save(row)
        _add(row, _people(locked, change.members or change.added))
        _tell_log(facts, row, DirectoryGroupCreated(group=str(row.pk), name=name))
    return row


def change_group(
    *,
    facts: RequestFacts,
    tenant: Tenant,
    group: UUID,
    change: GroupChange,
    expected_version: int | None = None,
) -> ScimGroup:
    """Change name and members of a group; a role that it gives follows at once.

    Locks the tenant and the row. Raises NotAllowed in another tenant, ScimGroup.DoesNotExist,
    InvalidInput for a name that is taken (`name`), members who are not known here (`members`) and a
    row that has changed since `expected_version` (`version`).
    """
    check_tenant(facts, tenant.pk)
    with transaction.atomic():
        locked = lock_tenant(tenant.pk)
        row = _locked(locked, group, expected_version)
        renamed = _rename(row, change)
        gained, lost = _change_members(locked, row, change)
        if not (renamed or gained or lost):
            return row
        row.version, row.changed_at = row.version + 1, facts.now
        if renamed:
            _save(row)
        else:
            row.save(update_fields=["version", "changed_at"])
        said = DirectoryGroupChanged(
            group=str(row.pk), name=row.name, added=len(gained), removed=len(lost)
        )
        _tell_log(facts, row, said)
        if row.role:
            apply_roles(facts, locked, gained | lost)
    return row


def delete_group(
    *, facts: RequestFacts, tenant: Tenant, group: UUID, expected_version: int | None = None
) -> None:
    """Delete a group, and take what it gave. Locks and raises as `change_group`."""
    check_tenant(facts, tenant.pk)
    with transaction.atomic():
        locked = lock_tenant(tenant.pk)
        row = _locked(locked, group, expected_version)
        people = _members(row) if row.role else set()
        _tell_log(facts, row, DirectoryGroupDeleted(group=str(row.pk), name=row.name))
        row.delete()
        apply_roles(facts, locked, people)


def map_group(*, facts: RequestFacts, group: ScimGroup, role: str, reason: str = "") -> int:
    """Let a group give its people a role, or none (`role` is empty); returns for how many people
    something changed.

    Each of them gets what two groups give together, so the stronger role counts. Locks the tenant
    and the row. The door has asked for a proof. Raises NotAllowed in another tenant, InvalidInput
    for a `role` that is too long.
    """
    check_tenant(facts, group.tenant_id)
    role = role.strip()
    if len(role) > ROLE_LENGTH:
        raise InvalidInput("role", str(_("This is too long.")))
    with transaction.atomic():
        locked = lock_tenant(group.tenant_id)
        row = _locked(locked, group.pk, None)
        before, row.role = row.role, role
        if before == role:
            return 0
        row.save(update_fields=["role"])
        said = DirectoryGroupMapped(
            group=str(row.pk), name=row.name, before=before, after=role, reason=reason
        )
        _tell_log(facts, row, said)
        return apply_roles(facts, locked, _members(row))


def _locked(tenant: Tenant, group: UUID, expected_version: int | None) -> ScimGroup:
    rows = ScimGroup.objects.select_for_update(of=("self",)).filter(tenant=tenant)
    row = rows.get(pk=group)
    if expected_version is not None and row.version != expected_version:
        raise InvalidInput("version", str(_("It has been changed since.")))
    return row


def _rename(row: ScimGroup, change: GroupChange) -> bool:
    before = (row.name, row.external_id)
    row.name = row.name if change.name is None else change.name
    row.folded = fold(row.name)
    row.external_id = row.external_id if change.external_id is None else change.external_id
    return before != (row.name, row.external_id)


def _change_members(
    tenant: Tenant, row: ScimGroup, change: GroupChange
) -> tuple[set[UUID], set[UUID]]:
    """Write who is in the group; returns who came and who went."""
    if change.members is not None:
        wanted, known = _people(tenant, change.members), _members(row)
        add, remove = wanted - known, known - wanted
        add |= _people(tenant, change.added) - known
        remove -= add
        remove |= _ids(change.removed) & known
    else:
        add, remove = _people(tenant, change.added), _ids(change.removed)
    gained, lost = _add(row, add), _remove(row, remove)
    return gained, lost


def _add(row: ScimGroup, people: set[UUID]) -> set[UUID]:
    here = ScimGroupMember.objects.filter(group=row, person__in=people)
    new = people - set(here.values_list("person_id", flat=True)) if people else set()
    rows = [ScimGroupMember(group=row, person_id=each) for each in sorted(new)]
    ScimGroupMember.objects.bulk_create(rows, batch_size=BATCH)
    return new


def _remove(row: ScimGroup, people: set[UUID]) -> set[UUID]:
    if not people:
        return set()
    rows = ScimGroupMember.objects.filter(group=row, person__in=people)
    gone = set(rows.values_list("person_id", flat=True))
    rows.delete()
    return gone


def _members(row: ScimGroup) -> set[UUID]:
    return set(ScimGroupMember.objects.filter(group=row).values_list("person_id", flat=True))


def _people(tenant: Tenant, named: Iterable[str]) -> set[UUID]:
    """The rows of people whom the directory names. Raises InvalidInput (`members`) for others."""
    wanted = list(dict.fromkeys(named))
    known = _ids(wanted)
    if not known and not wanted:
        return set()
    rows = ScimUser.objects.filter(tenant=tenant, pk__in=known, deleted_at=None)
    found = set(rows.order_by().values_list("pk", flat=True))
    if len(found) != len(wanted):
        raise InvalidInput("members", str(_NOBODY))
    return found


def _ids(named: Iterable[str]) -> set[UUID]:
    """Those of the texts that can be ids of ours."""
    found = set()
    for each in named:
        try:
            found.add(UUID(each))
        except ValueError:
            continue
    return found


def _save(row: ScimGroup) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise InvalidInput("name", str(_TAKEN)) from None


def _tell_log(facts: RequestFacts, row: ScimGroup, said: Event) -> None:
    where = Circumstances.of(facts, tenant=str(row.tenant_id), subject="", target=row.name)
    record(said, where)
