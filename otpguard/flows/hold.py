"""Holds: start a wait on a member's checkpoint, or end it early.

The running holds of a membership are mirrored in `Membership.held`, so that the guard finds them in
its one statement (C1). The mirror is written here only, from the hold rows, in the transaction that
changes them. Both flows join an outer transaction (C35).
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.checkpoints import EVERY
from otpguard.core.events import HoldLifted, HoldStarted
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.scope import check_tenant
from otpguard.models import Hold, Membership

REASON_LENGTH = 120


def start(
    *,
    facts: RequestFacts,
    membership: Membership,
    checkpoint: str,
    until: datetime,
    reason: str,
) -> Hold:
    """Hold a member's checkpoint, or every one ("*"), until a moment in the future.

    A longer hold that runs already goes on: the longest wins (A10). Locks the membership. Raises
    NotAllowed in another tenant or for a moment that has passed, ImproperlyConfigured for an
    unknown checkpoint.
    """
    check_tenant(facts, membership.tenant_id)
    named = checkpoint if checkpoint == EVERY else checkpoint_named(checkpoint).slug
    if until <= facts.now:
        raise NotAllowed(str(_("A hold must end in the future.")))
    with transaction.atomic():
        held = Membership.objects.select_for_update().get(pk=membership.pk)
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
    return hold


def lift(*, facts: RequestFacts, hold: Hold, reason: str) -> bool:
    """End a hold early. False, with nothing written, when it is over or was lifted before.

    Locks the membership. Raises NotAllowed for the person it binds, for nobody in particular and
    in another tenant.
    """
    check_tenant(facts, hold.tenant_id)
    if not facts.user:
        raise NotAllowed(str(_("A hold is lifted by a person.")))
    if facts.user == str(hold.user_id):
        raise NotAllowed(str(_("Nobody lifts their own hold: ask another administrator.")))
    with transaction.atomic():
        held = Membership.objects.select_for_update().get(pk=hold.membership_id)
        lifted = Hold.objects.filter(pk=hold.pk, lifted_at=None, until__gt=facts.now).update(
            lifted_at=facts.now, lifted_by=facts.user
        )
        if not lifted:
            return False
        _mirror(held, facts.now)
        record(HoldLifted(reason=reason), _where(facts, hold))
    return True


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
        tenant=str(hold.tenant_id),
        subject=str(hold.user_id),
        checkpoint=hold.checkpoint,
    )
