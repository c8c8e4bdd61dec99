"""May this request pass? The one entry of all doors (RESOLUTIONS §5).

Fails closed: a store that does not answer refuses, unless the site only reports at this
checkpoint. Never sends a code (A21). In the steady state it costs one statement and no write.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import (
    Allow,
    Decision,
    Deny,
    Reason,
    Refusal,
    RequireChallenge,
    is_softened_by_report_only,
)
from otpguard.core.events import CheckpointPassed
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Enforcement, Policy
from otpguard.exceptions import Ask, StepUpRefused, StoreUnavailable
from otpguard.flows.weigh import evidence_of, policy_of, weigh
from otpguard.grants import store
from otpguard.tenants import policies

logger = logging.getLogger("otpguard.guard")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentSource:
    """The digest of what is asked, in two depths, each made only when it is needed.

    `shallow` knows view and target. `full` reads the body as well and is called only when the
    policy binds (A20); it returns an empty string for a body too large to be bound.
    """

    shallow: Callable[[], str]
    full: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A request may go on. `spent` names the bound grant that lost a use; `reported` is the
    refusal that report-only mode did not carry out, to be recorded after the response."""

    decision: Allow
    policy: Policy | None = None
    spent: str = ""
    reported: Refusal | None = None


def require(
    *,
    facts: RequestFacts,
    checkpoint: Checkpoint,
    intent: IntentSource,
    target: str = "",
    binds: bool | None = None,
) -> Passed:
    """Let the request pass, or raise StepUpRefused with the decision.

    `target` names what is asked, for pages. `binds` overrides the rule that binding guards unsafe
    methods only. A first pass, and each use of a bound proof, is one short transaction of its own
    (a savepoint inside the host's).
    """
    try:
        return _require(facts, checkpoint, intent, target, binds=binds)
    except StoreUnavailable:
        logger.exception("the guard has no store at %s", checkpoint.slug)
        refusal = Deny(reason=Reason.STORE_UNAVAILABLE)
        if policies.site_reports_only(checkpoint, facts.now):
            return Passed(decision=Allow(reason=Reason.NOT_REQUIRED), reported=refusal)
        raise StepUpRefused(refusal, _ask(facts, checkpoint, intent.shallow(), target)) from None


def _require(
    facts: RequestFacts,
    checkpoint: Checkpoint,
    source: IntentSource,
    target: str,
    *,
    binds: bool | None,
) -> Passed:
    evidence = evidence_of(facts, checkpoint)
    if isinstance(evidence, Deny):
        raise StepUpRefused(evidence, _ask(facts, checkpoint, source.shallow(), target))
    policy = policy_of(facts, checkpoint, evidence)
    bound = policy.binds_intent and (facts.unsafe if binds is None else binds)
    intent = source.full() if bound else ""
    if bound and not intent:
        refusal = Deny(reason=Reason.BODY_TOO_LARGE)
        raise StepUpRefused(refusal, _ask(facts, checkpoint, source.shallow(), target))
    decision = weigh(facts, checkpoint, policy=policy, evidence=evidence, intent=intent)
    if isinstance(decision, Allow):
        decision = _passed(decision, facts, checkpoint, policy, target)
    if isinstance(decision, Allow):
        spent = decision.proof.grant if decision.spends and decision.proof else ""
        return Passed(decision=decision, policy=policy, spent=spent)
    if policy.enforcement is Enforcement.REPORT_ONLY and is_softened_by_report_only(decision):
        return Passed(decision=Allow(reason=Reason.NOT_REQUIRED), policy=policy, reported=decision)
    about = intent or source.shallow()
    raise StepUpRefused(decision, _ask(facts, checkpoint, about, target, binds=bound))


def _passed(
    decision: Allow, facts: RequestFacts, checkpoint: Checkpoint, policy: Policy, target: str
) -> Decision:
    """Spend or mark the proof, with the event; the race's loser is asked again."""
    proof = decision.proof
    if proof is None or (not decision.spends and checkpoint.slug in proof.passed):
        return decision
    with transaction.atomic():
        if decision.spends:
            if not store.spend(proof):
                return RequireChallenge(
                    level=policy.required_level, reason=Reason.SPENT, ttl=policy.ttl
                )
        elif not store.mark_passed(proof, checkpoint.slug):
            # Another request marked it meanwhile, or the grant was revoked: only the first is fine.
            if not store.is_live(proof.grant):
                return RequireChallenge(
                    level=policy.required_level, reason=Reason.NO_PROOF, ttl=policy.ttl
                )
            return decision
        record(
            CheckpointPassed(
                grant=proof.grant,
                method=str(proof.facts.method),
                level=policy.required_level.name,
                bound=decision.spends,
            ),
            Circumstances.of(facts, checkpoint=checkpoint.slug, story=proof.story, target=target),
        )
    return decision


def _ask(
    facts: RequestFacts, checkpoint: Checkpoint, intent: str, target: str, *, binds: bool = False
) -> Ask:
    return Ask(
        checkpoint=checkpoint.slug,
        tenant=facts.tenant,
        user=facts.user,
        sid=facts.sid,
        story=str(uuid4()),
        intent=intent,
        target=target,
        binds=binds,
    )


def give_back(grant: str) -> None:
    """Return the use of a bound grant whose view failed with a server error."""
    store.give_back(grant)
