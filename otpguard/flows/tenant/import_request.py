"""Import members at once, or ask others first where that gives somebody an admin role.

The whole list is one request: it is approved and done as a whole, or nothing of it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from otpguard.account import names_of
from otpguard.core.audience import ADMIN_ROLES
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.approval.approve import ApprovalAction, ask_approval, register_action
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.tenant.import_members import MemberRow, import_members
from otpguard.flows.tenant.policy import ApprovalMissing
from otpguard.models import Approval, Membership, Tenant
from otpguard.models.fields import REASON_LENGTH

MOST = 1_000
"""Rows that can wait for an approval: others must be able to read what they approve."""


def import_members_or_ask(
    *, facts: RequestFacts, tenant: Tenant, rows: Iterable[MemberRow], reason: str = ""
) -> list[Membership] | Approval:
    """Import members, or ask for the approvals that the policy of `role_grant` wants; doors call
    this.

    Arguments and errors are those of `import_members`. Returns the memberships, or the approval
    that all of them wait for; then nothing has changed. Nobody who would get an admin role decides.
    Locks the tenant. Commits. Raises InvalidInput (`rows`) for more than MOST that would wait.
    """
    wanted = list(rows)
    try:
        return import_members(facts=facts, tenant=tenant, rows=wanted, reason=reason)
    except ApprovalMissing as missing:
        needed = missing.needed
    if len(wanted) > MOST:
        text = _("Others must approve this: import at most %(most)d people at once.")
        raise InvalidInput("rows", str(text % {"most": MOST}))
    with transaction.atomic():
        lock_tenant(tenant.pk)
        return ask_approval(
            facts=facts,
            action=MEMBER_IMPORT,
            subject_id="",
            tenant_id=str(tenant.pk),
            what={"rows": [_kept(each) for each in wanted]},
            reason=reason[:REASON_LENGTH],
            context={},
            needed=needed,
        )


def _kept(row: MemberRow) -> dict[str, Any]:
    return {"user": str(row.user_id), "roles": sorted(set(row.roles)), "active": row.active}


def _run(facts: RequestFacts, row: Approval) -> list[Membership]:
    assert row.tenant is not None  # noqa: S101 (it was asked for in one)
    rows = [
        MemberRow(user_id=each["user"], roles=each["roles"], active=each["active"])
        for each in row.what["rows"]
    ]
    try:
        return import_members(
            facts=facts, tenant=row.tenant, rows=rows, reason=row.reason, approval=row
        )
    except InvalidInput as wrong:  # somebody has been deleted meanwhile
        raise NotAllowed(wrong.message) from None


def _new_admins(row: Approval) -> list[str]:
    """Who would have an admin role afterwards."""
    return [
        each["user"]
        for each in row.what.get("rows", ())
        if each["active"] and not ADMIN_ROLES.isdisjoint(each["roles"])
    ]


def _details(row: Approval) -> Sequence[str]:
    """A line for each person: the name and the roles, administrators first."""
    rows, admins = row.what.get("rows", ()), set(_new_admins(row))
    names = names_of([each["user"] for each in rows])
    rows = sorted(rows, key=lambda each: each["user"] not in admins)
    return [f"{names.get(each['user'], each['user'])}: {_said(each)}" for each in rows]


def _said(row: dict[str, Any]) -> str:
    return ", ".join(row["roles"]) or str(_("no roles")) if row["active"] else str(_("inactive"))


MEMBER_IMPORT = register_action(
    ApprovalAction(
        name="member_import",
        label=_("Import members"),
        checkpoint="role_grant",
        run=_run,
        about=_new_admins,
        details=_details,
    )
)
