"""Say where somebody stands at a checkpoint, without asking anything of them. Reads only."""

from __future__ import annotations

from dataclasses import replace

from otpguard.conf import settings
from otpguard.core.assurance_view import AssuranceView, view
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import Deny, Reason, is_softened_by_report_only
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Enforcement
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.weigh import evidence_of, policy_of, weigh
from otpguard.tenants import policies


def assurance_of(facts: RequestFacts, checkpoint: Checkpoint) -> AssuranceView:
    """What the guard would answer to a request of `facts` that binds nothing.

    One read; a second one only where the site merely reports, for there a missing factor counts
    otherwise than a missing proof. Never raises: a store that does not answer is a reason.
    """
    try:
        return _assurance_of(facts, checkpoint)
    except StoreUnavailable:
        passes = policies.site_reports_only(checkpoint, facts.now)
        reason = Reason.NOT_REQUIRED if passes else Reason.STORE_UNAVAILABLE
        return AssuranceView(passes=passes, reason=reason)


def _assurance_of(facts: RequestFacts, checkpoint: Checkpoint) -> AssuranceView:
    evidence = evidence_of(facts, checkpoint)
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
    decision = weigh(facts, checkpoint, policy=policy, evidence=evidence, intent="")
    if is_softened_by_report_only(decision):
        return replace(seen, passes=True, reason=Reason.NOT_REQUIRED)
    return seen
