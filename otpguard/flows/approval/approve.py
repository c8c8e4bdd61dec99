"""Two pairs of eyes: an action that waits for another operator, where the site asks for that.

An action is known by its registered name and called back by it, so this room imports none. Neither
the person who asks nor the person whom it is about decides. A request lapses after a day. Approving
and acting are one transaction, so of two approvers at once only one acts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.events.tenant import ApprovalAsked, ApprovalDecided
from otpguard.core.facts import RequestFacts
from otpguard.core.registry import Registry
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.flows.notice.notify import notify
from otpguard.flows.scope import is_site
from otpguard.labels import Text
from otpguard.models import Approval
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants.administrators import administrators_of

LIFE = timedelta(hours=24)

NO_APPROVAL = _("Nothing of that kind is waiting for a decision.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAction:
    """One kind of action that may need a second operator.

    `run` acts on an approved row, inside the transaction of the approval, and returns what it did.
    `asked` is the notice to the subject, `to_decide` the one to the tenant's administrators.
    """

    name: str
    label: Text
    checkpoint: str
    run: Callable[[RequestFacts, Approval], Any]
    asked: NoticeKind
    to_decide: NoticeKind


ACTIONS: Registry[ApprovalAction] = Registry("approval action")


def register_action(action: ApprovalAction) -> ApprovalAction:
    """Make an action known by its name. Raises ValueError for a name that is taken."""
    ACTIONS.add(action.name, action)
    return action


def ask_approval(
    *,
    facts: RequestFacts,
    action: ApprovalAction,
    subject_id: str,
    tenant_id: str,
    what: Mapping[str, Any],
    reason: str,
    context: Mapping[str, str],
) -> Approval:
    """Ask a second operator for an action; the same request twice is one row.

    `what` is JSON that `action.run` reads back; `context` goes into the subject's notice. Must run
    inside the caller's transaction, which has locked what would be acted on. The subject and the
    tenant's other administrators are told.
    """
    known = (
        _open(facts)
        .filter(
            Q(subject_id=subject_id, tenant=tenant_id or None), action=action.name, what=dict(what)
        )
        .first()
    )
    if known is not None:
        return known
    made = Approval.objects.create(
        tenant_id=tenant_id or None,
        action=action.name,
        subject_id=subject_id,
        what=dict(what),
        reason=reason.strip(),
        asked_by_id=facts.user,
        created_at=facts.now,
        expires_at=facts.now + LIFE,
    )
    record(
        ApprovalAsked(approval=str(made.pk), action=action.name, reason=made.reason),
        _where(facts, made),
    )
    _tell(facts, action, made, context)
    return made


def approve_action(*, facts: RequestFacts, approval_id: UUID | str) -> Any:  # noqa: ANN401 (as `run` says)
    """Approve what another operator asked for, and do it in the same transaction.

    Returns what the action's `run` returns. Raises NotAllowed for the person who asked, the person
    whom it is about, another tenant, what was decided or has lapsed, and when the person who asked
    is no longer an operator; UnknownNameError for an action that this release does not know.
    """
    with transaction.atomic():
        row = _decide(facts, approval_id, Approval.State.APPROVED)
        _check_asker(row)
        return ACTIONS.get(row.action).run(facts, row)


def refuse_action(*, facts: RequestFacts, approval_id: UUID | str) -> Approval:
    """Refuse what another operator asked for; nothing is done. Raises NotAllowed as
    `approve_action`."""
    with transaction.atomic():
        return _decide(facts, approval_id, Approval.State.REFUSED)


def lapse_approvals(*, now: datetime) -> int:
    """Close what was not decided in time; returns how many. It could not be decided before either:
    every decision asks for the time."""
    over = Approval.objects.filter(state=Approval.State.OPEN, expires_at__lte=now)
    return over.update(state=Approval.State.EXPIRED, decided_at=F("expires_at"))


def within_reach(facts: RequestFacts) -> QuerySet[Approval]:
    """What somebody may see: a tenant's own, or for the site everything."""
    if facts.tenant:
        return Approval.objects.filter(Q(tenant=facts.tenant))
    return Approval.objects.all() if is_site(facts) else Approval.objects.none()


def check_decider(facts: RequestFacts, row: Approval) -> None:
    """Let a third person decide. Raises NotAllowed for who asked and for the subject."""
    if not facts.user or facts.user in {str(row.asked_by_id), str(row.subject_id)}:
        raise NotAllowed(str(_("Another administrator must decide this.")))


def _decide(facts: RequestFacts, approval_id: UUID | str, state: Approval.State) -> Approval:
    row = within_reach(facts).filter(pk=approval_id).first()
    if row is None:
        raise NotAllowed(str(NO_APPROVAL))
    check_decider(facts, row)
    won = (
        _open(facts)
        .filter(pk=row.pk)
        .update(state=state, decided_by_id=facts.user, decided_at=facts.now)
    )
    if not won:
        raise NotAllowed(str(_("This was already decided, or it has expired.")))
    row.refresh_from_db()
    approved = state is Approval.State.APPROVED
    record(
        ApprovalDecided(approval=str(row.pk), action=row.action, approved=approved),
        _where(facts, row),
    )
    return row


def _open(facts: RequestFacts) -> QuerySet[Approval]:
    return Approval.objects.filter(
        state=Approval.State.OPEN,
        expires_at__gt=facts.now,
        created_at__lte=facts.now + CLOCK_SKEW,
    )


def _check_asker(row: Approval) -> None:
    """A removed administrator, perhaps removed for good reason, leaves no open door."""
    asker = row.asked_by
    known = asker.is_active and (
        getattr(asker, "is_staff", False) or str(asker.pk) in administrators_of(row.tenant_id)
    )
    if not known:
        raise NotAllowed(str(_("The person who asked for this is no longer an administrator.")))


def _tell(
    facts: RequestFacts, action: ApprovalAction, row: Approval, context: Mapping[str, str]
) -> None:
    """Tell the person, who may know better, and those who can decide."""
    subject, tenant = str(row.subject_id), str(row.tenant_id or "")
    notify(
        facts=facts,
        kind=action.asked,
        user_id=subject,
        tenant_id=tenant,
        context=dict(context),
    )
    for user in administrators_of(row.tenant_id):
        if user not in {facts.user, subject}:
            notify(
                facts=facts,
                kind=action.to_decide,
                user_id=user,
                tenant_id=tenant,
                context={Detail.DUE: row.expires_at.isoformat()},
            )


def _where(facts: RequestFacts, row: Approval) -> Circumstances:
    return Circumstances.of(
        facts,
        tenant=str(row.tenant_id or ""),
        subject=str(row.subject_id),
        checkpoint=ACTIONS.get(row.action).checkpoint,
    )
