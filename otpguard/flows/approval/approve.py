"""Four eyes: an action that waits for others, where the policy of its checkpoint asks for that.

An action is known by its registered name and called back by it, so this room imports none. Neither
the person who asks nor the person whom it is about decides. A person has one vote, however many
logins they use; a vote of somebody who is no administrator any more does not count. One refusal
ends a request, and it lapses after a day. The last vote and the action are one transaction, and
votes on one request wait for each other, so that the action runs once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.events.tenant import ApprovalAsked, ApprovalDecided, ApprovalVoted
from otpguard.core.facts import RequestFacts
from otpguard.core.registry import Registry
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.flows.notice.notify import notify
from otpguard.flows.scope import is_site
from otpguard.labels import Text
from otpguard.models import Approval, Tenant, Vote
from otpguard.notices.kinds import KINDS, Detail, NoticeKind
from otpguard.tenants import policies
from otpguard.tenants.administrators import administrators_of

LIFE = timedelta(hours=24)

NO_APPROVAL = _("Nothing of that kind is waiting for a decision.")


def administrators(row: Approval) -> Collection[str]:
    """The ids of the administrators of a request's tenant, who decide unless an action says other
    people do."""
    return administrators_of(row.tenant_id)


def _nothing(_row: Approval) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAction:
    """One kind of action that may need the word of others.

    `run` acts on an approved row, inside the transaction of the last vote, and returns what it did.
    `asked` is the notice to the subject, if it gets one, `to_decide` the one to the tenant's
    administrators. `deciders` are the ids of the people who may ask and decide, beside the site's
    staff; `may_ask` is for what other people ask for: whether who asked still may. `about` are the
    ids of people whom it concerns beside the subject, who do not decide either; `details` are lines
    that say what would be done. `own_door` says that votes need more than a step-up, so that only
    the action's own page takes them.
    """

    name: str
    label: Text
    checkpoint: str
    run: Callable[[RequestFacts, Approval], Any]
    asked: NoticeKind | None = None
    to_decide: NoticeKind = NoticeKind.APPROVAL_TO_DECIDE
    deciders: Callable[[Approval], Collection[str]] = administrators
    may_ask: Callable[[Approval], bool] | None = None
    about: Callable[[Approval], Collection[str]] = _nothing
    details: Callable[[Approval], Sequence[Text]] = _nothing
    own_door: bool = False
    life: timedelta = LIFE


ACTIONS: Registry[ApprovalAction] = Registry("approval action")


def register_action(action: ApprovalAction) -> ApprovalAction:
    """Make an action known by its name. Raises ValueError for a name that is taken."""
    ACTIONS.add(action.name, action)
    return action


def approvals_needed(*, checkpoint: str, tenant_id: str, now: datetime) -> int:
    """How many others must approve at a checkpoint, by the policy of a tenant, or of the site if
    there is none. Raises StoreUnavailable when it cannot be read, Tenant.DoesNotExist."""
    if tenant_id:
        scope = policies.Scope.of_tenant(Tenant.objects.get(pk=tenant_id))
    else:
        scope = policies.site_scope()
    return policies.at(checkpoint_named(checkpoint), scope, now=now).approvals


def ask_approval(
    *,
    facts: RequestFacts,
    action: ApprovalAction,
    subject_id: str,
    tenant_id: str,
    what: Mapping[str, Any],
    reason: str,
    context: Mapping[str, str],
    needed: int,
) -> Approval:
    """Ask others for an action; the same request twice is one row.

    `needed` is how many must approve, 1 or more. `what` is JSON that `action.run` reads back;
    `context` goes into the subject's notice; an empty `subject_id` is for what concerns nobody
    alone. Must run inside the caller's transaction, which has locked what would be acted on. The
    subject and the tenant's other administrators are told.
    """
    subject = Q(subject_id=subject_id) if subject_id else Q(subject=None)
    same = _open(facts).filter(subject, Q(tenant=tenant_id or None), action=action.name)
    known = same.filter(what=dict(what)).first()
    if known is not None:
        return known
    made = Approval.objects.create(
        tenant_id=tenant_id or None,
        action=action.name,
        subject_id=subject_id or None,
        what=dict(what),
        needed=needed,
        reason=reason.strip(),
        asked_by_id=facts.user,
        created_at=facts.now,
        expires_at=facts.now + action.life,
    )
    record(
        ApprovalAsked(approval=str(made.pk), action=action.name, reason=made.reason, needed=needed),
        _where(facts, made),
    )
    _tell(facts, action, made, context)
    return made


def open_request(
    *, facts: RequestFacts, action: ApprovalAction, tenant_id: str, what: Mapping[str, Any]
) -> Approval | None:
    """The request for exactly this that waits for a decision; None without one. Locks nothing."""
    rows = _open(facts).filter(Q(tenant=tenant_id or None), action=action.name, what=dict(what))
    return rows.order_by("created_at").first()


def approve_action(
    *, facts: RequestFacts, approval_id: UUID | str, by_own_door: bool = False
) -> Any:  # noqa: ANN401 (as `run` says)
    """Approve what somebody else asked for; the last vote that it needs does it.

    Returns what the action's `run` returns, or the Approval while it needs more votes. Locks the
    approval, then what the action locks; one transaction. Raises NotAllowed for the person who
    asked, the person whom it is about, somebody who has voted, another tenant, what was decided or
    has lapsed, and when the person who asked is no longer an operator; UnknownNameError for an
    action that this release does not know.
    """
    with transaction.atomic():
        row = _locked(facts, approval_id)
        if ACTIONS.get(row.action).own_door and not by_own_door:
            raise NotAllowed(str(_("This is approved on a page of its own, by an emergency code.")))
        _vote(facts, row)
        if _votes_that_count(row) < row.needed:
            return row
        _close(facts, row, Approval.State.APPROVED)
        _check_asker(row)
        return ACTIONS.get(row.action).run(facts, row)


def refuse_action(*, facts: RequestFacts, approval_id: UUID | str) -> Approval:
    """Refuse what somebody else asked for; nothing is done, even after approvals. Raises
    NotAllowed as `approve_action`, but also who has approved may still refuse."""
    with transaction.atomic():
        row = _locked(facts, approval_id)
        _close(facts, row, Approval.State.REFUSED)
    return row


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


def involved(row: Approval) -> set[str]:
    """The ids of those who do not decide a request: who asked, and whom it is about. Those of an
    action of another release are not all known; nobody decides that one here."""
    about = ACTIONS.get(row.action).about(row) if row.action in ACTIONS else ()
    return {str(row.asked_by_id), str(row.subject_id or ""), *about}


def check_decider(facts: RequestFacts, row: Approval) -> None:
    """Let a third person decide. Raises NotAllowed for who asked and for whom it is about."""
    if not facts.user or facts.user in involved(row):
        raise NotAllowed(str(_("Another administrator must decide this.")))


def _locked(facts: RequestFacts, approval_id: UUID | str) -> Approval:
    """The open request, locked, of which `facts` may decide. Raises NotAllowed."""
    row = within_reach(facts).filter(pk=approval_id).first()
    if row is None:
        raise NotAllowed(str(NO_APPROVAL))
    check_decider(facts, row)
    open_ = _open(facts).select_for_update(of=("self",)).filter(pk=row.pk).first()
    if open_ is None:
        raise NotAllowed(str(_("This was already decided, or it has expired.")))
    return open_


def _vote(facts: RequestFacts, row: Approval) -> None:
    vote, new = Vote.objects.get_or_create(
        approval=row, user_id=facts.user, defaults={"at": facts.now}
    )
    if not new:
        raise NotAllowed(str(_("You have approved this already. Somebody else must as well.")))
    if not _is_operator(vote.user, row):
        raise NotAllowed(str(_("You may not decide this.")))
    record(
        ApprovalVoted(approval=str(row.pk), action=row.action, needed=row.needed),
        _where(facts, row),
    )


def _votes_that_count(row: Approval) -> int:
    """The votes of people who are operators still. Locks nothing: `row` is locked."""
    votes = Vote.objects.filter(approval=row).select_related("user")
    return sum(_is_operator(vote.user, row) for vote in votes)


def _close(facts: RequestFacts, row: Approval, state: Approval.State) -> None:
    row.state, row.decided_by_id, row.decided_at = state, facts.user, facts.now
    row.save(update_fields=["state", "decided_by", "decided_at"])
    approved = state is Approval.State.APPROVED
    record(
        ApprovalDecided(approval=str(row.pk), action=row.action, approved=approved),
        _where(facts, row),
    )


def _open(facts: RequestFacts) -> QuerySet[Approval]:
    return Approval.objects.filter(
        state=Approval.State.OPEN,
        expires_at__gt=facts.now,
        created_at__lte=facts.now + CLOCK_SKEW,
    )


def _check_asker(row: Approval) -> None:
    """A removed administrator, perhaps removed for good reason, leaves no open door."""
    may_ask = ACTIONS.get(row.action).may_ask
    if not (may_ask(row) if may_ask else _is_operator(row.asked_by, row)):
        raise NotAllowed(str(_("The person who asked for this may not ask for it any more.")))


def _is_operator(user: AbstractBaseUser, row: Approval) -> bool:
    """Whether somebody is staff of the site or one of those who may decide this now."""
    return user.is_active and (
        getattr(user, "is_staff", False) or str(user.pk) in ACTIONS.get(row.action).deciders(row)
    )


def _tell(
    facts: RequestFacts, action: ApprovalAction, row: Approval, context: Mapping[str, str]
) -> None:
    """Tell the person, who may know better, and those who can decide."""
    subject, tenant = str(row.subject_id or ""), str(row.tenant_id or "")
    if subject and action.asked is not None:
        notify(
            facts=facts,
            kind=action.asked,
            user_id=subject,
            tenant_id=tenant,
            context=dict(context),
        )
    details = {Detail.CHECKPOINT: action.checkpoint, Detail.DUE: row.expires_at.isoformat()}
    taken = KINDS[action.to_decide].details
    passed_over = involved(row)
    for user in action.deciders(row):
        if user not in passed_over:
            notify(
                facts=facts,
                kind=action.to_decide,
                user_id=user,
                tenant_id=tenant,
                context={name: value for name, value in details.items() if name in taken},
            )


def _where(facts: RequestFacts, row: Approval) -> Circumstances:
    return Circumstances.of(
        facts,
        tenant=str(row.tenant_id or ""),
        subject=str(row.subject_id or ""),
        checkpoint=ACTIONS.get(row.action).checkpoint,
    )
