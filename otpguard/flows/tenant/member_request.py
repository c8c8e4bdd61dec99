"""Change a membership at once, or ask others first where that gives somebody an admin role."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.flows.approval.approve import ApprovalAction, ask_approval, register_action
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.tenant.policy import ApprovalMissing
from otpguard.flows.tenant.provision import set_member
from otpguard.models import Approval, Membership, Tenant
from otpguard.models.fields import REASON_LENGTH


def set_member_or_ask(
    *,
    facts: RequestFacts,
    tenant: Tenant,
    user_id: str,
    roles: Iterable[str],
    active: bool,
    reason: str = "",
) -> Membership | Approval:
    """Change a membership, or ask for the approvals that the policy of `role_grant` wants; doors
    call this.

    Arguments and errors are those of `set_member`. Returns the membership, or the approval that it
    waits for; then nothing has changed. The person who would get the role does not decide. Locks
    the tenant. Commits.
    """
    wanted = sorted(set(roles))
    try:
        return set_member(
            facts=facts, tenant=tenant, user_id=user_id, roles=wanted, active=active, reason=reason
        )
    except ApprovalMissing as missing:
        needed = missing.needed
    with transaction.atomic():
        lock_tenant(tenant.pk)
        return ask_approval(
            facts=facts,
            action=ROLE_GRANT,
            subject_id=str(user_id),
            tenant_id=str(tenant.pk),
            what={"roles": wanted, "active": active},
            reason=reason[:REASON_LENGTH],
            context={},
            needed=needed,
        )


def _run(facts: RequestFacts, row: Approval) -> Membership:
    assert row.tenant is not None  # noqa: S101 (it was asked for in one)
    return set_member(
        facts=facts,
        tenant=row.tenant,
        user_id=str(row.subject_id),
        roles=row.what["roles"],
        active=row.what["active"],
        reason=row.reason,
        approval=row,
    )


ROLE_GRANT = register_action(
    ApprovalAction(
        name="role_grant",
        label=_("Grant an admin role"),
        checkpoint="role_grant",
        run=_run,
        details=lambda row: [", ".join(row.what.get("roles", ()))],
    )
)
