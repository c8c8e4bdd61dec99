"""Holds: start a wait on a member's checkpoint, or end it early.

The running holds of a membership are mirrored in `Membership.held`, so that the guard finds them in
its one statement (C1). The mirror is written here only, from the hold rows, in the transaction that
changes them. Both flows join an outer transaction (C35).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.checkpoints import EVERY, SENSITIVE, Checkpoint
from otpguard.core.events.session import HoldLifted, HoldStarted
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.notice.tell import person, tell_tenant
from otpguard.flows.release import billing_change, billing_lock
from otpguard.flows.scope import check_tenant
from otpguard.models import Hold, Membership
from otpguard.models.fields import REASON_LENGTH
from otpguard.notices import links
from otpguard.notices.kinds import Detail, NoticeKind


class HoldCause(StrEnum):
    """How the reason of a hold begins that we start ourselves; an operator's is in free words."""

    NEW_ROLE = "new role"
    RESET = "factor reset"
    EMAIL_ONLY = "password reset"
    LOGIN_LINK = "login link"
    EMAIL_CHANGED = "e-mail address"
    BILLING_LOCK = "billing lock"


def start(
    *,
    facts: RequestFacts,
    membership: Membership,
    checkpoint: str,
    until: datetime,
    reason: str,
    told: bool = False,
) -> Hold:
    """Hold a member's checkpoint, every sensitive one ("*sensitive") or every one ("*"), until a
    moment in the future.

    A longer hold that is running stays in force: the longest wins (A10). The person and the
    administrators are told, unless the caller does that (`told`). Locks the membership.
    Raises NotAllowed in another tenant, InvalidInput for a checkpoint that no hold covers
    (`checkpoint`) and for a moment that has passed (`until`), ImproperlyConfigured for an unknown
    checkpoint.
    """
    check_tenant(facts, membership.tenant_id)
    named = _holdable(checkpoint)
    if until <= facts.now:
        raise InvalidInput("until", str(_("A hold must end in the future.")))
    with transaction.atomic():
        held = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
        hold = Hold.objects.create(
            tenant_id=held.tenant_id,
            membership=held,
            user_id=held.user_id,
            checkpoint=named,
            reason=reason[:REASON_LENGTH],
            created_at=facts.now,
            until=until,
        )
        membership.held = _mirror(held, facts.now)
        record(HoldStarted(until=_stamp(until), reason=reason), _where(facts, hold))
        if not told:
            _tell_started(facts, hold)
    return hold


def start_on_site(*, facts: RequestFacts, user_id: str, until: datetime, reason: str) -> Hold:
    """Hold what is sensitive for what a person does outside any tenant, until a moment in the
    future.

    For a flow that tells of it, whose caller has checked the reach. Joins an outer transaction. The
    longest hold wins, as in `start`.
    """
    with transaction.atomic():
        hold = Hold.objects.create(
            user_id=user_id,
            checkpoint=SENSITIVE,
            reason=reason[:REASON_LENGTH],
            created_at=facts.now,
            until=until,
        )
        record(HoldStarted(until=_stamp(until), reason=reason), _where(facts, hold))
    return hold


def _holdable(checkpoint: str) -> str:
    if checkpoint in {EVERY, SENSITIVE}:
        return checkpoint
    found = checkpoint_named(checkpoint)
    if not found.can_be_held:
        raise InvalidInput("checkpoint", str(_("No hold can cover this checkpoint.")))
    return found.slug


def lift(*, facts: RequestFacts, hold: Hold, reason: str) -> bool:
    """End a hold early. Writes nothing and returns False when it is over or was lifted before.

    Locks the membership. Raises NotAllowed when the actor is the held person or no person, and in
    another tenant.
    """
    check_tenant(facts, hold.tenant_id or "")
    if not facts.user:
        raise NotAllowed(str(_("Only a person can lift a hold.")))
    if facts.user == str(hold.user_id):
        raise NotAllowed(str(_("You cannot lift your own hold. Ask another administrator.")))
    with transaction.atomic():
        rows = Membership.objects.select_for_update(no_key=True)
        held = rows.get(pk=hold.membership_id) if hold.membership_id else None
        lifted = Hold.objects.filter(pk=hold.pk, lifted_at=None, until__gt=facts.now).update(
            lifted_at=facts.now, lifted_by=facts.user
        )
        if not lifted:
            return False
        if held is not None:
            _mirror(held, facts.now)
        record(HoldLifted(reason=reason), _where(facts, hold))
        _tell_lifted(facts, hold)
    return True


def _tell_started(facts: RequestFacts, hold: Hold) -> None:
    details: dict[str, str] = {Detail.HELD_UNTIL: _stamp(hold.until)}
    if link := links.page(links.HOLDS_PAGE, host=facts.host):
        details[Detail.LINK] = link
    _tell(facts, hold, NoticeKind.HOLD_STARTED, details)


def _tell_lifted(facts: RequestFacts, hold: Hold) -> None:
    _tell(facts, hold, NoticeKind.HOLD_LIFTED, {})


def _tell(facts: RequestFacts, hold: Hold, kind: NoticeKind, details: Mapping[str, str]) -> None:
    subject = str(hold.user_id)
    named = hold.checkpoint in settings().checkpoints
    about = person(subject) | ({Detail.CHECKPOINT: hold.checkpoint} if named else {})
    tell_tenant(
        facts=facts,
        kind=kind,
        tenant_id=str(hold.tenant_id or ""),
        subject=subject,
        context={**about, **details},
    )


def cause_of(*, facts: RequestFacts, checkpoint: Checkpoint) -> HoldCause | None:
    """Why the hold that ends last stops the person of `facts` at a checkpoint; None for an
    operator's own, and where none is found. Reads one row, and a second one at a checkpoint that
    can be locked for a whole tenant."""
    running = Hold.objects.filter(
        Q(tenant=facts.tenant or None),
        user_id=facts.user,
        checkpoint__in=checkpoint.held_by,
        lifted_at=None,
        until__gt=facts.now,
    )
    until, reason = running.order_by("-until").values_list("until", "reason").first() or (None, "")
    if facts.tenant and checkpoint.held_by.intersection({billing_change.CHECKPOINT}):
        locked = billing_lock.locked_until(tenant=facts.tenant, now=facts.now)
        if locked and (until is None or locked > until):
            return HoldCause.BILLING_LOCK
    return next((cause for cause in HoldCause if reason.startswith(f"{cause}:")), None)


def _mirror(membership: Membership, now: datetime) -> dict[str, str]:
    """Write the running holds of a locked membership, each checkpoint's longest, into its row."""
    running = (
        Hold.objects.filter(membership=membership, lifted_at=None, until__gt=now)
        .order_by()
        .values_list("checkpoint")
        .annotate(longest=Max("until"))
    )
    held = {checkpoint: _stamp(until) for checkpoint, until in running}
    membership.held = held
    membership.save(update_fields=["held"])
    return held


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _where(facts: RequestFacts, hold: Hold) -> Circumstances:
    return Circumstances.of(
        facts,
        tenant=str(hold.tenant_id or ""),
        subject=str(hold.user_id),
        checkpoint=hold.checkpoint,
    )
