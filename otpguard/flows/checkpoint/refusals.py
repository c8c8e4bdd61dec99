"""Record that a request was refused, or that report-only mode let it pass.

In two steps: `count_refusal` while the request is being answered, `record_refusal` by the
middleware when the response is ready and every transaction of the view has ended, so that a refusal
inside an ATOMIC_REQUESTS view or a DRF view stays in the log (C5).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from django.db import DatabaseError, InterfaceError

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.client_ip import network_of
from otpguard.core.decision import Deny, Refusal, RequireChallenge, RequireEnrollment, Wait
from otpguard.core.events.base import Event
from otpguard.core.events.checkpoint import (
    CheckpointDenied,
    CheckpointHeld,
    CheckpointReported,
    CheckpointRequired,
)
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import Ask
from otpguard.flows.coalesce import Coalescer
from otpguard.models import Challenge

logger = logging.getLogger("otpguard.guard")

lately = Coalescer()


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRefusal:
    """A refusal that is not in the log yet; `count` 0 means that the same one was written less than
    a minute ago. `ask` carries the story of the events that follow."""

    facts: RequestFacts
    decision: Refusal
    ask: Ask
    count: int
    carried_out: bool = True


def count_refusal(
    *, facts: RequestFacts, decision: Refusal, ask: Ask, carried_out: bool = True
) -> PendingRefusal:
    """Remember a refusal. Writes nothing yet."""
    who = facts.sid or facts.user or network_of(facts.client_ip)
    # Challenges differ by what was asked. Denials do not, whatever was tried.
    about = "" if isinstance(decision, Deny) else ask.intent
    kind = (who, ask.tenant, ask.checkpoint, about, carried_out)
    story, count = lately.count(kind, story=ask.story, now=facts.now)
    return PendingRefusal(
        facts=facts,
        decision=decision,
        ask=replace(ask, story=story),
        count=count,
        carried_out=carried_out,
    )


def forget_refusals(challenge: Challenge) -> None:
    """Forget the refusals that led to this challenge, so that the next one begins a new story."""
    tenant = str(challenge.tenant_id or "")
    lately.forget((challenge.sid, tenant, challenge.checkpoint, challenge.intent, True))


def record_refusal(pending: PendingRefusal) -> None:
    """Commit the event of a pending refusal, in a transaction of its own.

    If the database is down, the event is lost and a log line says so; the refusal stands.
    """
    if not pending.count:
        return
    try:
        with transaction.atomic():
            record(
                _event(pending),
                Circumstances.of_ask(pending.facts, pending.ask),
            )
    except (DatabaseError, InterfaceError):
        logger.exception("a refusal at %s could not be recorded", pending.ask.checkpoint)


def _event(pending: PendingRefusal) -> Event:
    decision, reason = pending.decision, str(pending.decision.reason)
    match decision:
        case RequireChallenge() | RequireEnrollment() if not pending.carried_out:
            return CheckpointReported(level=decision.level.name, reason=reason, count=pending.count)
        case RequireChallenge():
            return CheckpointRequired(level=decision.level.name, reason=reason, count=pending.count)
        case RequireEnrollment():
            return CheckpointRequired(
                level=decision.level.name, reason=reason, enrollment=True, count=pending.count
            )
        case Wait():
            return CheckpointHeld(until=decision.until.isoformat(), count=pending.count)
        case Deny() if not pending.carried_out:
            return CheckpointReported(level="", reason=reason, count=pending.count)
        case Deny():
            return CheckpointDenied(reason=reason, count=pending.count)
