"""Whether a command may act for somebody: only where emergency access stands in for a proof.

A shell does not prove who sits at it. Two administrators who have opened the envelope do.
"""

from __future__ import annotations

import logging
from uuid import UUID, uuid4

from django.db import DatabaseError, InterfaceError

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import Deny, Reason
from otpguard.core.events.emergency import EmergencyPassed
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import Ask, StepUpRefused
from otpguard.flows.checkpoint.refusals import count_refusal, record_refusal
from otpguard.flows.checkpoint.still_may import check_still_may
from otpguard.grants import emergency
from otpguard.models import EmergencyAccess
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants.administrators import administrators_of

logger = logging.getLogger("otpguard.guard")


def pass_by_emergency(*, facts: RequestFacts, checkpoint: Checkpoint, target: str) -> None:
    """Let a command act for the person of `facts` in their tenant, or raise StepUpRefused.

    They must be an active administrator there, not held, and one of the people for whom emergency
    access to this checkpoint is open; a drill opens nothing. Each pass is an event of its own, with
    `target`, and commits before this returns: call it outside a transaction. A refusal is recorded.
    Without an answer of the store nobody passes (STORE_UNAVAILABLE).
    """
    check_still_may(facts=facts, checkpoint=checkpoint, target=target)
    try:
        access = _access(facts, checkpoint)
        if access is not None:
            with transaction.atomic():
                record(
                    EmergencyPassed(access=str(access.pk)),
                    Circumstances.of(facts, checkpoint=checkpoint.slug, target=target),
                )
            return
        refusal = Deny(reason=Reason.NO_PROOF)
    except STORE_ERRORS:
        logger.exception("the guard has no store at %s", checkpoint.slug)
        refusal = Deny(reason=Reason.STORE_UNAVAILABLE)
    ask = Ask(
        checkpoint=checkpoint.slug,
        tenant=facts.tenant,
        user=facts.user,
        sid="",
        story=str(uuid4()),
        target=target,
    )
    try:
        record_refusal(count_refusal(facts=facts, decision=refusal, ask=ask))
    except (DatabaseError, InterfaceError):
        logger.exception("a refusal at %s could not be recorded", checkpoint.slug)
    raise StepUpRefused(refusal, ask)


def _access(facts: RequestFacts, checkpoint: Checkpoint) -> EmergencyAccess | None:
    if not facts.tenant or facts.user not in administrators_of(UUID(facts.tenant)):
        return None
    return emergency.way_through(facts, checkpoint)
