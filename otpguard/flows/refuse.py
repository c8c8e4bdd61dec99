"""Write down that a request was refused, or that report-only mode let it pass.

In two steps: `note` while the request is being answered, `write` by the middleware when the
response is ready and every transaction of the view has ended, so that a refusal inside an
ATOMIC_REQUESTS view or a DRF view stays in the log (C5).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from django.db import DatabaseError, InterfaceError, transaction

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.address import counted
from otpguard.core.decision import Deny, Refusal, RequireChallenge, RequireEnrollment, Wait
from otpguard.core.events import (
    CheckpointDenied,
    CheckpointHeld,
    CheckpointReported,
    CheckpointRequired,
    Event,
)
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask
from otpguard.flows.coalesce import Coalescer
from otpguard.models import Challenge

logger = logging.getLogger("otpguard.guard")

lately = Coalescer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A refusal on its way to the log; `count` 0 means that it was written less than a minute
    ago. `ask` carries the story that what follows belongs to."""

    facts: RequestFacts
    decision: Refusal
    ask: Ask
    count: int
    carried_out: bool = True


def note(*, facts: RequestFacts, decision: Refusal, ask: Ask, carried_out: bool = True) -> Noted:
    """Remember a refusal. Writes nothing yet."""
    who = facts.sid or facts.user or counted(facts.address)
    # What was asked tells challenges apart. A denial is one however many addresses are tried.
    about = "" if isinstance(decision, Deny) else ask.intent
    kind = (who, ask.tenant, ask.checkpoint, about, carried_out)
    story, count = lately.note(kind, story=ask.story, now=facts.now)
    return Noted(
        facts=facts,
        decision=decision,
        ask=replace(ask, story=story),
        count=count,
        carried_out=carried_out,
    )


def settle(challenge: Challenge) -> None:
    """The refusals that led to this challenge are answered: the next one is a new story."""
    tenant = str(challenge.tenant_id or "")
    lately.forget((challenge.sid, tenant, challenge.checkpoint, challenge.intent, True))


def write(noted: Noted) -> None:
    """Commit the event of a noted refusal, in a transaction of its own.

    A database that is away costs the event, never the refusal; the loss is logged.
    """
    if not noted.count:
        return
    try:
        with transaction.atomic():
            record(
                _event(noted),
                Circumstances.of(
                    noted.facts,
                    checkpoint=noted.ask.checkpoint,
                    story=noted.ask.story,
                    target=noted.ask.target,
                ),
            )
    except (DatabaseError, InterfaceError):
        logger.exception("a refusal at %s could not be recorded", noted.ask.checkpoint)


def _event(noted: Noted) -> Event:
    decision, reason = noted.decision, str(noted.decision.reason)
    match decision:
        case RequireChallenge() | RequireEnrollment() if not noted.carried_out:
            return CheckpointReported(level=decision.level.name, reason=reason, count=noted.count)
        case RequireChallenge():
            return CheckpointRequired(level=decision.level.name, reason=reason, count=noted.count)
        case RequireEnrollment():
            return CheckpointRequired(
                level=decision.level.name, reason=reason, enrollment=True, count=noted.count
            )
        case Wait():
            return CheckpointHeld(until=decision.until.isoformat(), count=noted.count)
        case Deny() if not noted.carried_out:
            return CheckpointReported(level="", reason=reason, count=noted.count)
        case Deny():
            return CheckpointDenied(reason=reason, count=noted.count)
