"""What the guard would answer somebody at a checkpoint: what was proven, its worth, what is
missing.

This answers the guard's question for reading only: nothing is required and nothing is spent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from otpguard.core.assurance import AssuranceLevel, AssuranceProfile, Method
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import Allow, Deny, Member, Need, Reason, Wait, decide
from otpguard.core.evidence import Proof, Source
from otpguard.core.policy import Policy
from otpguard.core.policy_caps import TTL_CAP


@dataclass(frozen=True, slots=True, kw_only=True)
class AssuranceView:
    """What a guard would say of a request that binds nothing, and the proof it says it of.

    `level` is what that proof is worth, None when it is worth nothing or there is none; `method`,
    `source` and `age` are the proof's own. `required` is the level asked for and `fresh_for` how
    old a proof may be; both are None where membership or a hold already decides.
    """

    passes: bool
    reason: Reason
    required: AssuranceLevel | None = None
    fresh_for: timedelta | None = None
    level: AssuranceLevel | None = None
    method: Method | None = None
    source: Source | None = None
    age: timedelta | None = None


def view(
    *,
    checkpoint: Checkpoint,
    policy: Policy,
    profile: AssuranceProfile,
    member: Member | None,
    proofs: Sequence[Proof],
    now: datetime,
) -> AssuranceView:
    """What these proofs are worth here; if none suffices, shows the one that comes nearest."""

    def answer_for(shown: Sequence[Proof]) -> Allow | Wait | Deny | Need:
        return decide(
            checkpoint=checkpoint,
            policy=policy,
            profile=profile,
            member=member,
            proofs=shown,
            intent="",
            binds=False,
            now=now,
        )

    answer = answer_for(proofs)
    if isinstance(answer, Wait | Deny):
        return AssuranceView(passes=False, reason=answer.reason)
    best: Proof | None = None
    if isinstance(answer, Allow):
        best = answer.proof
    else:
        short = [proof for proof in proofs if answer_for([proof]).reason is answer.reason]
        best = max(short, key=lambda proof: proof.verified_at, default=None)
    return AssuranceView(
        passes=isinstance(answer, Allow),
        reason=answer.reason,
        required=policy.required_level,
        fresh_for=min(policy.ttl, TTL_CAP[policy.required_level]),
        level=profile.worth(best.facts) if best else None,
        method=best.facts.method if best else None,
        source=best.source if best else None,
        age=max(timedelta(0), now - best.verified_at) if best else None,
    )
