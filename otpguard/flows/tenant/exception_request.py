"""Grant an exception at once, or ask another operator of the site first."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.flows.approval.approve import ApprovalAction, ask_approval, register_action
from otpguard.flows.scope import check_site
from otpguard.flows.tenant.policy import CHECKPOINT, ApprovalMissing
from otpguard.flows.tenant.policy_exception import Terms, grant_exception
from otpguard.models import Approval, PolicyException, Tenant
from otpguard.models.fields import REASON_LENGTH
from otpguard.tenants.administrators import operators


def grant_or_ask(*, facts: RequestFacts, terms: Terms) -> PolicyException | Approval:
    """Grant an exception, or ask for the approvals that the policy of `security_settings` wants;
    doors call this.

    Arguments and errors are those of `grant_exception`. Returns the exception, or the approval that
    it waits for; then nothing has changed. Operators of the site decide, never the organization
    that the exception is for. Commits.
    """
    check_site(facts)
    try:
        return grant_exception(facts=facts, terms=terms)
    except ApprovalMissing as missing:
        needed = missing.needed
    with transaction.atomic():
        return ask_approval(
            facts=facts,
            action=EXCEPTION,
            subject_id="",
            tenant_id="",
            what={
                "tenant": str(terms.tenant.pk),
                "tenant_slug": terms.tenant.slug,
                "checkpoint": terms.checkpoint,
                "field": terms.field,
                "value": terms.value,
                "owner": terms.owner_id,
                "reason": terms.reason,
                "expires_at": terms.expires_at.isoformat(),
            },
            reason=terms.reason[:REASON_LENGTH],
            context={},
            needed=needed,
        )


def _run(facts: RequestFacts, row: Approval) -> PolicyException:
    what = row.what
    terms = Terms(
        tenant=Tenant.objects.get(pk=what["tenant"]),
        checkpoint=what["checkpoint"],
        field=what["field"],
        value=what["value"],
        owner_id=what["owner"],
        reason=what["reason"],
        expires_at=datetime.fromisoformat(what["expires_at"]),
    )
    return grant_exception(facts=facts, terms=terms, approval=row)


EXCEPTION = register_action(
    ApprovalAction(
        name="policy_exception",
        label=_("Grant an exception from the security policy"),
        checkpoint=CHECKPOINT,
        run=_run,
        deciders=lambda _row: operators(),
    )
)
