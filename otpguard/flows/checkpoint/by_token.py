"""Decide whether a request with an access token may pass: the guard for APIs of OAuth clients.

Fails closed, as the guard does, and never sends a code: what is missing, the client's own server
has to ask for. It usually costs one statement; a pass that is written costs its event besides.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import uuid4

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
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
from otpguard.core.events.checkpoint import CheckpointPassed
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.by_token import SaidByToken, decide_by_token, oldest_sign_in
from otpguard.core.federation.methods import BY_IDP_MFA
from otpguard.core.policy import Policy
from otpguard.core.policy_choices import Enforcement
from otpguard.database import transaction
from otpguard.exceptions import Ask, StepUpRefused, StoreUnavailable
from otpguard.flows.checkpoint.evaluate import evidence_of, policy_of
from otpguard.flows.checkpoint.guard import Passed, check_followed
from otpguard.flows.coalesce import Coalescer
from otpguard.grants.evidence import Evidence

logger = logging.getLogger("otpguard.guard")

lately = Coalescer()
"""Passes that are in the log already: one a minute of each token and checkpoint is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownToken:
    """A verified access token of a person, as the guard needs it. `id` is a digest of it."""

    id: str
    said: SaidByToken


def require_by_token(
    *,
    facts: RequestFacts,
    checkpoint: Checkpoint,
    token: ShownToken | None,
    target: str = "",
    reads_safely: bool = False,
    followed: bool = False,
) -> Passed:
    """Let the request pass, or raise StepUpRefused with the decision.

    `facts` carry the person of the token and no login session; `token` is None for one of a
    service, which nothing lets pass. `target`, `reads_safely` and `followed` are as for the guard.
    A pass writes an event, once a minute of each token, in a short transaction of its own.
    Raises AccountMovedError as the guard does.
    """
    ask = Ask(
        checkpoint=checkpoint.slug,
        tenant=facts.tenant,
        user=facts.user,
        sid="",
        story=str(uuid4()),
        target=target,
    )
    if token is None:
        raise StepUpRefused(Deny(reason=Reason.SERVICE_TOKEN), ask)
    try:
        decision, policy = _decided(
            facts, checkpoint, token, reads_safely=reads_safely, followed=followed
        )
    except StoreUnavailable:
        logger.exception("the guard has no store at %s", checkpoint.slug)
        raise StepUpRefused(Deny(reason=Reason.STORE_UNAVAILABLE), ask) from None
    if isinstance(decision, Allow):
        _record_pass(decision, facts, ask, token, policy)
        return Passed(decision=decision)
    reported = _softened(decision, policy)
    if reported is None or policy is None:
        raise StepUpRefused(decision, ask)
    return Passed(decision=Allow(reason=Reason.NOT_REQUIRED), reported=reported)


def _decided(
    facts: RequestFacts,
    checkpoint: Checkpoint,
    token: ShownToken,
    *,
    reads_safely: bool,
    followed: bool,
) -> tuple[Decision, Policy | None]:
    """The decision, and the policy it was made by if one was asked."""
    evidence: Evidence | Deny = evidence_of(facts, checkpoint)
    if isinstance(evidence, Deny):
        return evidence, None
    if evidence.moved:
        check_followed(evidence, followed=followed)
    policy = policy_of(facts, checkpoint, evidence)
    decision = decide_by_token(
        checkpoint=checkpoint,
        policy=policy,
        profile=settings().assurance_profile,
        member=evidence.member,
        said=token.said,
        binds=policy.binds_intent and (facts.unsafe or not reads_safely),
        now=facts.now,
    )
    return decision, policy


def _softened(decision: Refusal, policy: Policy | None) -> Refusal | None:
    """What report-only mode does not carry out; None for what is refused all the same."""
    if policy is None or policy.enforcement is not Enforcement.REPORT_ONLY:
        return None
    if decision.reason is Reason.BROWSER_REQUIRED:
        level, ttl = policy.required_level, oldest_sign_in(policy)
        return RequireChallenge(level=level, reason=Reason.NO_PROOF, ttl=ttl)
    return decision if is_softened_by_report_only(decision) else None


def _record_pass(
    decision: Allow, facts: RequestFacts, ask: Ask, token: ShownToken, policy: Policy | None
) -> None:
    """Write that a token has passed here, once a minute: a client calls often."""
    if decision.proof is None or policy is None:
        return
    kind = (token.id, ask.tenant, ask.checkpoint)
    _story, count = lately.count(kind, story=ask.story, now=facts.now)
    if not count:
        return
    event = CheckpointPassed(grant="", method=BY_IDP_MFA.slug, level=policy.required_level.name)
    with transaction.atomic():
        record(event, Circumstances.of_ask(facts, ask))
