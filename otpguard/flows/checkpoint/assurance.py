"""Say whether somebody would pass a checkpoint, without asking them for a proof. Writes nothing."""

from __future__ import annotations

from dataclasses import replace

from otpguard.conf import settings
from otpguard.core.assurance_view import AssuranceView, view
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import Deny, Reason, is_softened_by_report_only
from otpguard.core.facts import RequestFacts
from otpguard.core.policy_choices import Enforcement
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.checkpoint.evaluate import evaluate_request, evidence_of, policy_of
from otpguard.grants.evidence import Evidence


def assurance_of(
    facts: RequestFacts, checkpoint: Checkpoint, *, evidence: Evidence | None = None
) -> AssuranceView:
    """What the guard would answer to a request with `facts` that binds nothing. `evidence` is for a
    caller that has read it for this request.

    One read. In report-only mode there may be a second one, because a missing factor is then
    treated differently from a missing proof. Never raises: a store that does not answer is the
    reason of the decision.
    """
    try:
        return _assurance_of(facts, checkpoint, evidence or evidence_of(facts, checkpoint))
    except StoreUnavailable:
        return AssuranceView(passes=False, reason=Reason.STORE_UNAVAILABLE)


def _assurance_of(
    facts: RequestFacts, checkpoint: Checkpoint, evidence: Evidence | Deny
) -> AssuranceView:
    if isinstance(evidence, Deny):
        return AssuranceView(passes=False, reason=evidence.reason)
    policy = policy_of(facts, checkpoint, evidence)
    seen = view(
        checkpoint=checkpoint,
        policy=policy,
        profile=settings().assurance_profile,
        member=evidence.member,
        proofs=evidence.proofs,
        now=facts.now,
    )
    if seen.passes or policy.enforcement is not Enforcement.REPORT_ONLY:
        return seen
    decision = evaluate_request(facts, checkpoint, policy=policy, evidence=evidence, intent="")
    if is_softened_by_report_only(decision):
        return replace(seen, passes=True, reason=Reason.NOT_REQUIRED)
    return seen
