"""Import the members of a tenant: all of them, or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.audience import ADMIN_ROLES
from otpguard.core.events.tenant import MembershipImported, MembersImported, TenantCreated
from otpguard.core.facts import RequestFacts
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.scope import check_tenant, is_unasked
from otpguard.flows.tenant.new_admin import NewAdmin, tell_of_import
from otpguard.flows.tenant.provision import write_member
from otpguard.models import Approval, Event, Membership, Tenant

RESUMABLE = timedelta(hours=24)
"""For how long after its first row an import without holds may go on."""

_OF_IMPORTS = (MembershipImported.code, MembersImported.code)

_BY_HAND_ONLY = _("Only a command or a script may import members who are not held.")
_NOT_NEW = _(
    "Members can be imported without a waiting period only into a new organization, in which"
    " nothing has happened but its creation and, in the last 24 hours, this import."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """One member to import: a user by primary key, their roles, and whether they are active."""

    user_id: str
    roles: Sequence[str] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRun:
    """One import, in however many steps it is written: its name in all its events, and the tenants
    whose administrators were told of it."""

    name: str = field(default_factory=lambda: str(uuid4()))
    told: set[UUID] = field(default_factory=set)


class InvalidRow(InvalidInput):
    """One row is wrong, so none was written. `row` is its number, counted from 1."""

    def __init__(self, row: int, message: str) -> None:
        text = _("Row %(number)d: %(message)s") % {"number": row, "message": message}
        super().__init__("rows", str(text))
        self.row = row


def import_members(
    *,
    facts: RequestFacts,
    tenant: Tenant,
    rows: Iterable[MemberRow],
    reason: str = "",
    held: bool = True,
    run: MemberRun | None = None,
    approval: Approval | None = None,
) -> list[Membership]:
    """Create or change a membership for each row, in their order; returns them in that order.

    One transaction, which locks the tenant. Every row does what `set_member` does: it has an event
    of its own (`membership.imported`), a row that changes nothing writes nothing, and a newly
    gained admin role is held, unless there was no other active administrator before this row.
    Members without a row stay as they are. Who gains an admin role is told; the administrators get
    one notice of all. The import is an event itself (`members.imported`), unless nothing changed.

    `run` is for an import in many steps: its events have one name, and each tenant's administrators
    are told at the first step that makes somebody an administrator.

    `held=False` is for people who had their roles before otpguard came: no hold begins. It is for
    code that no request started, and for a new tenant, made by `create_tenant` without an `admin`:
    one that has no event but its creation, and those of an import that began within RESUMABLE.

    Where the policy of `role_grant` asks for approvals, an import that gives somebody an admin role
    needs the `approval`, as in `set_member`; `import_members_or_ask` asks for it.

    Raises ApprovalMissing without it, NotAllowed in another tenant and for `held=False` in a
    request, InvalidInput (`held`) for a tenant that is not new, and InvalidRow (`rows`) for a user
    who does not exist or is named twice; after each of them nothing is written.
    """
    run = run or MemberRun()
    check_tenant(facts, tenant.pk)
    if not held and not is_unasked(facts):
        raise NotAllowed(str(_BY_HAND_ONLY))
    step = _Step(facts=facts, held=held, run=run.name, reason=reason, approval=approval)
    with transaction.atomic():
        locked = lock_tenant(tenant.pk)
        if not held and not is_new(locked, facts.now):
            raise InvalidInput("held", str(_NOT_NEW))
        made = step.write(locked, rows)
        _end_step(locked, step, run)
    return made


@dataclass(slots=True, kw_only=True)
class _Step:
    """What one call has written."""

    facts: RequestFacts
    held: bool
    run: str
    reason: str
    approval: Approval | None
    members: int = 0
    admins: int = 0
    untold: list[NewAdmin] = field(default_factory=list)

    def write(self, tenant: Tenant, rows: Iterable[MemberRow]) -> list[Membership]:
        """The members of all rows, in a tenant that is locked. Raises InvalidRow."""
        made: dict[UUID, Membership] = {}
        for number, row in enumerate(rows, start=1):
            try:
                member = self._write_row(tenant, row)
            except InvalidInput as error:
                raise InvalidRow(number, error.message) from None
            if member.pk in made:
                raise InvalidRow(number, str(_("An earlier row names this user already.")))
            made[member.pk] = member
        return list(made.values())

    def _write_row(self, tenant: Tenant, row: MemberRow) -> Membership:
        return write_member(
            self.facts,
            tenant,
            row.user_id,
            row.roles,
            active=row.active,
            reason=self.reason,
            held=self.held,
            event=self.event_of,
            approval=self.approval,
            untold=self.untold,
        )

    def event_of(self, **values: Any) -> MembershipImported:  # noqa: ANN401 (its fields)
        """The event of one member, counted."""
        self.members += 1
        self.admins += not ADMIN_ROLES.isdisjoint(values["gained"])
        return MembershipImported(held=self.held, run=self.run, **values)


def _end_step(tenant: Tenant, step: _Step, run: MemberRun) -> None:
    """Write the event of the step, and tell the administrators unless the run has."""
    if not step.members:
        return
    said = MembersImported(
        run=step.run,
        members=step.members,
        admins=step.admins,
        held=step.held,
        reason=step.reason,
    )
    record(said, Circumstances.of(step.facts, tenant=str(tenant.pk), target=tenant.name))
    if step.untold and tenant.pk not in run.told:
        tell_of_import(step.facts, tenant_id=str(tenant.pk), found=step.untold)
        run.told.add(tenant.pk)


def is_new(tenant: Tenant, now: datetime) -> bool:
    """True while nothing has happened in the tenant but its creation, and an import that began
    within RESUMABLE. Three reads. A tenant whose creation was not recorded is not new.
    """
    events = Event.objects.filter(tenant_id=tenant.pk).order_by()
    imported = events.filter(kind=MembershipImported.code)
    begun = uuid7(now - RESUMABLE, bytes(RANDOM_BYTES))
    return (
        events.filter(kind=TenantCreated.code).exists()
        and not events.exclude(kind__in=(TenantCreated.code, *_OF_IMPORTS)).exists()
        and not imported.filter(id__lt=begun).exists()
    )
