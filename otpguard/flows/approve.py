"""Two pairs of eyes: a reset that waits for another operator, where the site asks for that.

Whoever asks does not decide, nor does the person whom it is about. What was asked lapses after a
day. Approving and resetting are one transaction, so of two approvers at once one resets.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.conf import settings
from otpguard.core.events import ApprovalAsked, ApprovalDecided
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows import reset
from otpguard.flows.notify import notify
from otpguard.flows.reset import CHECKPOINT, Reset, check_actor, reset_factors, resettable
from otpguard.flows.scope import is_site
from otpguard.models import Approval, Factor, Membership
from otpguard.notices.kinds import Detail, NoticeKind

ACTION = "factor_reset"
ADMIN = "admin"
LIFE = timedelta(hours=24)

NO_APPROVAL = _("There is nothing of that kind to decide.")


def reset_or_ask(
    *,
    facts: RequestFacts,
    user_id: str,
    tenant_id: str = "",
    factors: Iterable[str] | None = None,
    reason: str,
) -> Reset | Approval:
    """What a door calls: reset at once, or ask a second operator where SECOND_APPROVER says so.

    See `flows.reset.reset_factors` for arguments and errors. A reset that would meet nothing is
    not asked for.
    """
    given = None if factors is None else list(factors)
    whose = {"user_id": user_id, "tenant_id": tenant_id, "factors": given, "reason": reason}
    if not settings().second_approver:
        return reset_factors(facts=facts, **whose)  # type: ignore[arg-type]  # as declared above
    return ask(facts=facts, **whose) or Reset()  # type: ignore[arg-type]  # as declared above


def ask(
    *,
    facts: RequestFacts,
    user_id: str,
    tenant_id: str = "",
    factors: Iterable[str] | None = None,
    reason: str,
) -> Approval | None:
    """Ask a second operator for a reset; None when it would meet nothing.

    What is asked for already is not asked for twice. Locks the memberships of a reset. The person
    and the tenant's other administrators are told. Raises NotAllowed as `reset_factors` does.
    """
    user_id = reset.spelled(user_id)
    check_actor(facts, user_id=user_id, tenant_id=tenant_id, reason=reason)
    with transaction.atomic():
        reset.locked(user_id, tenant_id)
        rows = resettable(user_id=user_id, tenant_id=tenant_id, factors=factors)
        found = list(rows.order_by("pk"))
        if not found:
            return None
        what = {"factors": None if factors is None else [str(factor.pk) for factor in found]}
        asked = _open(facts).filter(
            Q(subject_id=user_id, tenant=tenant_id or None), action=ACTION, what=what
        )
        known = asked.first()
        if known is not None:
            return known
        made = Approval.objects.create(
            tenant_id=tenant_id or None,
            action=ACTION,
            subject_id=user_id,
            what=what,
            reason=reason.strip(),
            asked_by_id=facts.user,
            created_at=facts.now,
            expires_at=facts.now + LIFE,
        )
        record(
            ApprovalAsked(approval=str(made.pk), action=ACTION, reason=made.reason),
            _where(facts, made),
        )
        _tell(facts, made, found)
    return made


def approve(*, facts: RequestFacts, approval_id: UUID | str) -> Reset:
    """Approve what another operator asked for, and carry it out in the same transaction.

    Raises NotAllowed for whoever asked, the person whom it is about, another tenant, what was
    decided or has lapsed, and when whoever asked is no operator any more.
    """
    with transaction.atomic():
        row = _decide(facts, approval_id, Approval.State.APPROVED)
        _check_asker(row)
        return reset_factors(
            facts=facts,
            user_id=str(row.subject_id),
            tenant_id=str(row.tenant_id or ""),
            factors=row.what["factors"],
            reason=row.reason,
            approval=row,
        )


def refuse(*, facts: RequestFacts, approval_id: UUID | str) -> Approval:
    """Refuse what another operator asked for; nothing is reset. Raises NotAllowed as `approve`."""
    with transaction.atomic():
        return _decide(facts, approval_id, Approval.State.REFUSED)


def lapse(*, now: datetime) -> int:
    """Close what nobody decided in time; returns how many. It could not be decided before either:
    every decision asks for the time."""
    over = Approval.objects.filter(state=Approval.State.OPEN, expires_at__lte=now)
    return over.update(state=Approval.State.EXPIRED, decided_at=F("expires_at"))


def within_reach(facts: RequestFacts) -> QuerySet[Approval]:
    """What somebody may see: a tenant's own, or for the site everything."""
    if facts.tenant:
        return Approval.objects.filter(Q(tenant=facts.tenant))
    return Approval.objects.all() if is_site(facts) else Approval.objects.none()


def check_decider(facts: RequestFacts, row: Approval) -> None:
    """Let a third person decide. Raises NotAllowed for whoever asked and for the subject."""
    if not facts.user or facts.user in {str(row.asked_by_id), str(row.subject_id)}:
        raise NotAllowed(str(_("Somebody else has to decide this: another administrator.")))


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
        raise NotAllowed(str(_("This was decided already, or its time is over.")))
    row.refresh_from_db()
    approved = state is Approval.State.APPROVED
    record(
        ApprovalDecided(approval=str(row.pk), action=row.action, approved=approved),
        _where(facts, row),
    )
    return row


def _open(facts: RequestFacts) -> QuerySet[Approval]:
    return Approval.objects.filter(state=Approval.State.OPEN, expires_at__gt=facts.now)


def _check_asker(row: Approval) -> None:
    """An administrator who was removed meanwhile, perhaps for good reason, leaves no open door."""
    asker = row.asked_by
    known = asker.is_active and (
        getattr(asker, "is_staff", False) or str(asker.pk) in _admins(row.tenant_id)
    )
    if not known:
        raise NotAllowed(str(_("Whoever asked for this is no administrator any more.")))


def _admins(tenant_id: UUID | None) -> list[str]:
    """The active administrators of a tenant."""
    rows = Membership.objects.filter(tenant=tenant_id, active=True, user__is_active=True)
    named = rows.order_by("pk").values_list("user_id", "roles") if tenant_id else ()
    return [str(user) for user, roles in named if ADMIN in roles]


def _tell(facts: RequestFacts, row: Approval, found: list[Factor]) -> None:
    """Tell the person, who may know better, and those who can decide."""
    subject, tenant = str(row.subject_id), str(row.tenant_id or "")
    notify(
        facts=facts,
        kind=NoticeKind.RESET_ASKED,
        user_id=subject,
        tenant_id=tenant,
        context=reset.about(found),
    )
    for user in _admins(row.tenant_id):
        if user not in {facts.user, subject}:
            notify(
                facts=facts,
                kind=NoticeKind.RESET_TO_DECIDE,
                user_id=user,
                tenant_id=tenant,
                context={Detail.DUE: row.expires_at.isoformat()},
            )


def _where(facts: RequestFacts, row: Approval) -> Circumstances:
    return Circumstances.of(
        facts,
        tenant=str(row.tenant_id or ""),
        subject=str(row.subject_id),
        checkpoint=CHECKPOINT,
    )
