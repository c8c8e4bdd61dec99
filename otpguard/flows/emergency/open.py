"""Open the envelope: one person enters a code, another one enters another, and it is open.

The first code makes a request that lapses after an hour, each further one of somebody else is a
vote on it. So a code is what the second person confirms with: a step-up may be what is broken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.decision import Reason
from otpguard.core.emergency import HOURS, LONGEST
from otpguard.core.events.emergency import (
    EmergencyOpened,
    EnvelopeCodeRejected,
    EnvelopeCodeUsed,
)
from otpguard.core.facts import RequestFacts
from otpguard.core.plain_text import plain_text
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.approval.approve import (
    ApprovalAction,
    approvals_needed,
    approve_action,
    ask_approval,
    register_action,
)
from otpguard.flows.emergency.envelope import CHECKPOINT, check_administrator, find_code
from otpguard.flows.emergency.mirror import mirror_emergency
from otpguard.flows.emergency.tell import tell_everybody
from otpguard.flows.lock_order import lock_tenant
from otpguard.labels import reason_text
from otpguard.models import Approval, EmergencyAccess, Envelope, EnvelopeCode, Hold, Tenant, Vote
from otpguard.models.fields import REASON_LENGTH
from otpguard.notices.kinds import Detail, NoticeKind

WRONG_CODE = _("That is not an unused code of this organization's envelope.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a code did: `access` is open, or None while somebody else must enter a code as well."""

    access: EmergencyAccess | None


def enter_code(
    *, facts: RequestFacts, tenant_id: str, code: str, hours: int, drill: bool, reason: str
) -> Entered:
    """Use one printed code: ask for emergency access, or agree to what somebody else asked for.

    `hours` and `reason` count for who asks; `drill` must be the same for both. Commits. Locks the
    tenant, the envelope, then the approval. A wrong code is an event. Raises NotAllowed in another
    tenant, for anybody but its administrators, for one who has to wait before sensitive actions,
    for the person who asked, and for a code that does not serve; InvalidInput (`hours`, `reason`).
    """
    check_administrator(facts, tenant_id)
    _check_not_held(facts, tenant_id)
    if hours not in HOURS:
        raise InvalidInput("hours", str(_("Choose one of the durations listed.")))
    why = plain_text(reason)
    if not 0 < len(why) <= REASON_LENGTH:
        raise InvalidInput("reason", str(_("Say why.")))
    with transaction.atomic():
        lock_tenant(tenant_id)
        envelope = _live_envelope(tenant_id)
        found = find_code(envelope, code) if envelope is not None else None
        if envelope is not None and found is not None:
            return _entered(facts, envelope, found, hours=hours, drill=drill, reason=why)
        record(
            EnvelopeCodeRejected(),
            Circumstances.of(facts, tenant=tenant_id, checkpoint=CHECKPOINT),
        )
    raise NotAllowed(str(WRONG_CODE))


def _check_not_held(facts: RequestFacts, tenant_id: str) -> None:
    """No step-up guards this door, so it asks itself for what the guard would: who became an
    administrator a moment ago, or got in by e-mail alone, is no second person yet."""
    running = Hold.objects.filter(
        Q(tenant=tenant_id),
        user_id=facts.user,
        checkpoint__in=checkpoint_named(CHECKPOINT).held_by,
        lifted_at=None,
        until__gt=facts.now,
    )
    if running.exists():
        raise NotAllowed(str(reason_text(Reason.HELD)))


def _live_envelope(tenant_id: str) -> Envelope | None:
    rows = Envelope.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(Q(tenant=tenant_id), ended_at=None).first()


def _entered(
    facts: RequestFacts,
    envelope: Envelope,
    found: EnvelopeCode,
    *,
    hours: int,
    drill: bool,
    reason: str,
) -> Entered:
    """Use the code in the caller's transaction, which has locked its envelope."""
    EnvelopeCode.objects.filter(pk=found.pk).update(used_at=facts.now, used_by_id=facts.user)
    left = EnvelopeCode.objects.filter(envelope=envelope, used_at=None).count()
    record(
        EnvelopeCodeUsed(envelope=str(envelope.pk), drill=drill, left=left),
        Circumstances.of(facts, tenant=str(envelope.tenant_id), checkpoint=CHECKPOINT),
    )
    waiting = _waiting(facts, envelope, drill=drill)
    if waiting is not None:
        done = approve_action(facts=facts, approval_id=waiting.pk, by_own_door=True)
        return Entered(access=done if isinstance(done, EmergencyAccess) else None)
    needed = approvals_needed(
        checkpoint=CHECKPOINT, tenant_id=str(envelope.tenant_id), now=facts.now
    )
    ask_approval(
        facts=facts,
        action=BREAK_GLASS,
        subject_id="",
        tenant_id=str(envelope.tenant_id),
        what={"envelope": str(envelope.pk), "drill": drill, "hours": hours},
        reason=reason,
        context={},
        needed=max(1, needed),
    )
    return Entered(access=None)


def _waiting(facts: RequestFacts, envelope: Envelope, *, drill: bool) -> Approval | None:
    rows = Approval.objects.filter(
        Q(tenant=envelope.tenant_id),
        action=BREAK_GLASS.name,
        state=Approval.State.OPEN,
        expires_at__gt=facts.now,
    )
    about = {"envelope": str(envelope.pk), "drill": drill}
    return next((row for row in rows if about.items() <= row.what.items()), None)


def _run(facts: RequestFacts, row: Approval) -> EmergencyAccess:
    """Open what the envelope names to the people who entered a code."""
    envelope = Envelope.objects.get(pk=row.what["envelope"])
    voters = Vote.objects.filter(approval=row).values_list("user_id", flat=True)
    until = facts.now + min(timedelta(hours=row.what["hours"]), LONGEST)
    access = EmergencyAccess.objects.create(
        tenant_id=envelope.tenant_id,
        envelope=envelope,
        approval=row,
        checkpoints=envelope.checkpoints,
        people=[str(row.asked_by_id), *(str(user) for user in voters)],
        drill=row.what["drill"],
        reason=row.reason,
        opened_at=facts.now,
        until=until,
    )
    mirror_emergency(Tenant.objects.get(pk=envelope.tenant_id), now=facts.now)
    record(
        EmergencyOpened(
            access=str(access.pk),
            checkpoints=access.checkpoints,
            people=access.people,
            until=until.isoformat(),
            drill=access.drill,
            reason=row.reason,
        ),
        Circumstances.of(facts, tenant=str(envelope.tenant_id), checkpoint=CHECKPOINT),
    )
    kind = NoticeKind.BREAK_GLASS_DRILL if access.drill else NoticeKind.BREAK_GLASS
    tell_everybody(facts, access, kind, {Detail.HELD_UNTIL: until.isoformat()})
    return access


BREAK_GLASS = register_action(
    ApprovalAction(
        name="break_glass",
        label=_("Open the emergency envelope"),
        checkpoint=CHECKPOINT,
        run=_run,
        own_door=True,
        life=timedelta(hours=1),
    )
)
