"""Change policy wishes at once, or ask others first where that would weaken the policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from otpguard import conf
from otpguard.core.facts import RequestFacts
from otpguard.core.wishes import dump_wishes, parse_wishes
from otpguard.database import transaction
from otpguard.flows.approval.approve import ApprovalAction, ask_approval, register_action
from otpguard.flows.scope import check_policy
from otpguard.flows.tenant.policy import CHECKPOINT, ApprovalMissing, Changed, change_policy
from otpguard.models import Approval, Tenant

REASON = "a policy becomes weaker"


def change_or_ask(
    *,
    facts: RequestFacts,
    tenant: Tenant | None,
    checkpoint: str,
    wishes: Mapping[str, Any],
    expected: int | None = None,
) -> Changed | Approval:
    """Change the wishes, or ask for the approvals that a weaker policy needs; doors call this.

    Arguments and errors are those of `change_policy`. Returns what changed, or the approval that it
    waits for; then nothing has changed. What is approved counts only if the wishes are still at
    `expected` then, so that it undoes no later change. Commits.
    """
    check_policy(facts, tenant.pk if tenant else None, wishes)
    try:
        return change_policy(
            facts=facts, tenant=tenant, checkpoint=checkpoint, wishes=wishes, expected=expected
        )
    except ApprovalMissing as missing:
        needed = missing.needed
    with transaction.atomic():
        return ask_approval(
            facts=facts,
            action=POLICY_CHANGE,
            subject_id="",
            tenant_id=str(tenant.pk) if tenant else "",
            what={
                "checkpoint": checkpoint,
                "wishes": dump_wishes(wishes),
                **({} if expected is None else {"expected": expected}),
            },
            reason=REASON,
            context={},
            needed=needed,
        )


def _run(facts: RequestFacts, row: Approval) -> Changed:
    by_tenant = row.tenant_id is not None
    wishes = parse_wishes(
        row.what["wishes"],
        by_tenant=by_tenant,
        kinds=conf.factor_kinds(),
        place=row.what["checkpoint"],
    )
    return change_policy(
        facts=facts,
        tenant=row.tenant,
        checkpoint=row.what["checkpoint"],
        wishes=wishes,
        approval=row,
        expected=row.what.get("expected"),
    )


POLICY_CHANGE = register_action(
    ApprovalAction(
        name="policy_change",
        label=_("Change a security policy"),
        checkpoint=CHECKPOINT,
        run=_run,
    )
)
