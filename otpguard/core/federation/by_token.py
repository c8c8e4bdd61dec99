"""May a request pass that shows an access token? Pure: what the token states, against the policy.

A token proves how and when somebody signed in, and never that they are there now (NIST SP
800-63B-4, 5.1.2). So AAL3, a proof bound to one action and all that stays with our own factors are
for the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from otpguard.core.assurance import AssuranceLevel, AssuranceProfile, MethodFacts, Primary
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import (
    Allow,
    Decision,
    Deny,
    Member,
    Need,
    Reason,
    RequireChallenge,
    Wait,
    decide,
)
from otpguard.core.evidence import Proof, Source
from otpguard.core.federation.grade import LEEWAY
from otpguard.core.federation.local import stays_local
from otpguard.core.federation.methods import BY_IDP_MFA
from otpguard.core.policy import Policy
from otpguard.core.policy_caps import TTL_CAP


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidByToken:
    """What a verified token says of the sign-in, and which `accepted` values of `acr` state more
    than one factor. `authenticated_at` is None where it does not say when."""

    acr: str
    accepted: Sequence[str]
    authenticated_at: datetime | None


def decide_by_token(
    *,
    checkpoint: Checkpoint,
    policy: Policy,
    profile: AssuranceProfile,
    member: Member | None,
    said: SaidByToken,
    binds: bool,
    now: datetime,
) -> Decision:
    """Answer for one request. `binds` says that a proof would have to be bound to this action.

    Membership and holds come first, as for everybody. A missing or old sign-in is a
    RequireChallenge, which the client's server can mend.
    """
    decision = decide(
        checkpoint=checkpoint,
        policy=policy,
        profile=profile,
        member=member,
        proofs=_proofs(said, now),
        intent="",
        binds=False,
        now=now,
    )
    if isinstance(decision, Wait | Deny):
        return decision
    if isinstance(decision, Allow) and decision.reason is Reason.NOT_REQUIRED:
        return decision
    if binds or not serves(checkpoint, policy):
        return Deny(reason=Reason.BROWSER_REQUIRED)
    if isinstance(decision, Need):
        return RequireChallenge(
            level=decision.level, reason=decision.reason, ttl=oldest_sign_in(policy)
        )
    return decision


def serves(checkpoint: Checkpoint, policy: Policy) -> bool:
    """Whether a token can ever pass here: as a sign-in at a provider, and below AAL3."""
    counts = policy.idp_satisfies and not policy.attested_only
    local = stays_local(checkpoint) or checkpoint.asks_by_risk
    return counts and not local and policy.required_level < AssuranceLevel.AAL3


def oldest_sign_in(policy: Policy) -> timedelta:
    """How old a sign-in may be: `max_age` of RFC 9470."""
    return min(policy.ttl, TTL_CAP[policy.required_level])


def _proofs(said: SaidByToken, now: datetime) -> Sequence[Proof]:
    at = said.authenticated_at
    if not said.acr or said.acr not in said.accepted or at is None or at > now + LEEWAY:
        return ()
    facts = MethodFacts(method=BY_IDP_MFA, primary=Primary.SSO)
    return (Proof(grant="", facts=facts, verified_at=min(at, now), source=Source.IDP),)
