"""Whether somebody still may what they proved before: for work that is done after the request."""

from __future__ import annotations

import logging
from dataclasses import replace
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import DatabaseError, InterfaceError

from otpguard.conf import settings
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import Allow, Decision, Deny, Need, Reason, Refusal, decide
from otpguard.core.facts import RequestFacts
from otpguard.core.presets import BASE
from otpguard.exceptions import Ask, StepUpRefused, StoreUnavailable
from otpguard.flows.checkpoint.evaluate import evidence_of
from otpguard.flows.checkpoint.refusals import count_refusal, record_refusal
from otpguard.models import LoginSession

logger = logging.getLogger("otpguard.guard")

_ASKS_NO_PROOF = replace(BASE, active=False)
"""A proof is not asked for again: who stands here had passed the checkpoint."""


def check_still_may(*, facts: RequestFacts, checkpoint: Checkpoint, target: str = "") -> None:
    """Return if the person of `facts` still belongs, is not held at `checkpoint`, and the login
    session that they passed it in has not ended.

    Whether the account is active and staff is read here, whatever `facts` say. A refusal is
    recorded. Raises StepUpRefused with the decision; with STORE_UNAVAILABLE while nothing can be
    read.
    """
    try:
        decision: Decision = _decision(facts, checkpoint)
    except (StoreUnavailable, DatabaseError, InterfaceError):
        decision = Deny(reason=Reason.STORE_UNAVAILABLE)
    if isinstance(decision, Allow):
        return
    refusal: Refusal = decision
    ask = Ask(
        checkpoint=checkpoint.slug,
        tenant=facts.tenant,
        user=facts.user,
        sid=facts.sid,
        story=str(uuid4()),
        target=target,
    )
    try:
        record_refusal(count_refusal(facts=facts, decision=refusal, ask=ask))
    except (DatabaseError, InterfaceError):
        logger.exception("a refusal at %s could not be recorded", checkpoint.slug)
    raise StepUpRefused(refusal, ask)


def _decision(facts: RequestFacts, checkpoint: Checkpoint) -> Decision:
    if facts.sid and not LoginSession.objects.open_of(facts.user).filter(pk=facts.sid).exists():
        return Deny(reason=Reason.NOT_LOGGED_IN)
    people = get_user_model()._default_manager  # noqa: SLF001 (documented)
    person = people.filter(pk=facts.user).first() if facts.user else None
    facts = replace(
        facts,
        user_active=bool(person is not None and person.is_active),
        user_is_staff=bool(getattr(person, "is_staff", False)),
    )
    evidence = evidence_of(facts, checkpoint)
    if isinstance(evidence, Deny):
        return evidence
    decision = decide(
        checkpoint=checkpoint,
        policy=_ASKS_NO_PROOF,
        profile=settings().assurance_profile,
        member=evidence.member,
        proofs=(),
        intent="",
        binds=False,
        now=facts.now,
    )
    assert not isinstance(decision, Need)  # noqa: S101 (the policy is off: no proof is missing)
    return decision
