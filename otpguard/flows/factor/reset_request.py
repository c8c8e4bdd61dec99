"""Reset somebody's factors at once, or ask others first, as the policy field `approvals` says."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.flows.approval.approve import (
    ApprovalAction,
    ask_approval,
    register_action,
)
from otpguard.flows.factor import reset
from otpguard.flows.factor.reset import CHECKPOINT, Reset, check_actor, reset_factors, resettable
from otpguard.flows.factor.sole_admin import approvals_for_reset
from otpguard.models import Approval
from otpguard.notices.kinds import NoticeKind


def reset_or_ask(
    *,
    facts: RequestFacts,
    user_id: str,
    tenant_id: str = "",
    factors: Iterable[str] | None = None,
    reason: str,
) -> Reset | Approval:
    """Reset at once, or ask for approval; doors call this. Arguments and errors are those of
    `reset_factors`. Returns what the reset did, or the approval that it waits for. No approval is
    asked for if there is nothing to reset.
    """
    user_id = reset.spelled(user_id)
    check_actor(facts, user_id=user_id, tenant_id=tenant_id, reason=reason)
    given = None if factors is None else list(factors)
    whose = {"user_id": user_id, "tenant_id": tenant_id, "factors": given, "reason": reason}
    needed = approvals_for_reset(facts, user_id=user_id, tenant_id=tenant_id)
    if not needed:
        return reset_factors(facts=facts, **whose)  # type: ignore[arg-type]  # as declared above
    return ask_for_reset(facts=facts, needed=needed, **whose) or Reset()  # type: ignore[arg-type]  # the same


def ask_for_reset(
    *,
    facts: RequestFacts,
    user_id: str,
    tenant_id: str = "",
    factors: Iterable[str] | None = None,
    reason: str,
    needed: int,
) -> Approval | None:
    """Ask `needed` others for a reset; returns None when there is nothing to reset.

    Asking twice for the same makes one request. Locks the memberships that the reset locks. The
    person and the tenant's other administrators are notified. Raises as `reset_factors` does.
    """
    user_id = reset.spelled(user_id)
    check_actor(facts, user_id=user_id, tenant_id=tenant_id, reason=reason)
    with transaction.atomic():
        reset.locked(facts, user_id, tenant_id)
        rows = resettable(user_id=user_id, tenant_id=tenant_id, factors=factors)
        found = list(rows.order_by("pk"))
        if not found:
            return None
        return ask_approval(
            facts=facts,
            action=FACTOR_RESET,
            subject_id=user_id,
            tenant_id=tenant_id,
            what={"factors": None if factors is None else [str(factor.pk) for factor in found]},
            reason=reason,
            context=reset.about(found),
            needed=needed,
        )


def _run(facts: RequestFacts, row: Approval) -> Reset:
    return reset_factors(
        facts=facts,
        user_id=str(row.subject_id),
        tenant_id=str(row.tenant_id or ""),
        factors=row.what["factors"],
        reason=row.reason,
        approval=row,
    )


FACTOR_RESET = register_action(
    ApprovalAction(
        name="factor_reset",
        label=_("Reset somebody's way of confirming"),
        checkpoint=CHECKPOINT,
        run=_run,
        asked=NoticeKind.RESET_ASKED,
        to_decide=NoticeKind.RESET_TO_DECIDE,
    )
)
