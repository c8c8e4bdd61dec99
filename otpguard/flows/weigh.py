"""Put evidence, policy and factors before the core: what both the guard and its pages ask.

Reads only. In the steady state it is one statement; factors are read on the way to a refusal.
"""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError

from otpguard.conf import settings
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import Decision, Deny, Need, Reason, choose, decide
from otpguard.core.evidence import Proof
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.exceptions import StoreUnavailable
from otpguard.factors.enrolled import changes_own, live_factors
from otpguard.grants.evidence import Evidence, read_member, read_site
from otpguard.models import Grant
from otpguard.models.factor import FACTORS
from otpguard.tenants import policies


def evidence_of(facts: RequestFacts, checkpoint: Checkpoint) -> Evidence | Deny:
    """Who asks and what they have shown, or why that need not be asked.

    Without a tenant only the site's staff are somebody, and anyone at their own factors or at a
    checkpoint for people who do not belong anywhere yet. Raises StoreUnavailable.
    """
    if not facts.user:
        return Deny(reason=Reason.NOT_LOGGED_IN)
    if facts.tenant:
        return read_member(facts)
    if facts.user_is_staff or checkpoint.anonymous or checkpoint.rebinds:
        return read_site(facts)
    return Deny(reason=Reason.NO_TENANT)


def policy_of(facts: RequestFacts, checkpoint: Checkpoint, evidence: Evidence) -> Policy:
    """The policy that counts, at the version that the evidence came with.

    A person's own factors serve in every tenant, so what changes them meets the strictest policy
    of all (C26).
    """
    if checkpoint.rebinds:
        return policies.user_wide(checkpoint, user=facts.user, now=facts.now)
    scope = policies.Scope.of(
        facts.tenant,
        version=evidence.policy_version,
        annual_contract_value=evidence.annual_contract_value,
    )
    return policies.at(checkpoint, scope, now=facts.now)


def weigh(
    facts: RequestFacts,
    checkpoint: Checkpoint,
    *,
    policy: Policy,
    evidence: Evidence,
    intent: str,
) -> Decision:
    """The decision. A non-empty `intent` says that a proof must be bound to exactly it."""
    profile = settings().assurance_profile
    proofs = _to_change(facts, evidence.proofs) if checkpoint.rebinds else evidence.proofs
    decision = decide(
        checkpoint=checkpoint,
        policy=policy,
        profile=profile,
        member=evidence.member,
        proofs=proofs,
        intent=intent,
        binds=bool(intent),
        now=facts.now,
    )
    if not isinstance(decision, Need):
        return decision
    return choose(
        decision,
        policy=policy,
        profile=profile,
        primary=facts.primary,
        factors=live_factors(user=facts.user, tenant=facts.tenant, to_change=checkpoint.rebinds),
        now=facts.now,
        rebinds=checkpoint.rebinds,
    )


def _to_change(facts: RequestFacts, proofs: tuple[Proof, ...]) -> tuple[Proof, ...]:
    """The proofs that may change a person's factors: see `live_factors`. Raises
    StoreUnavailable."""
    if not proofs or not facts.tenant:
        return proofs
    try:
        given = FACTORS.filter(user=facts.user, tenant=facts.tenant)
        if not given.exists() or not changes_own(user=facts.user, tenant=facts.tenant):
            return proofs
        shown = Grant.objects.filter(pk__in=[proof.grant for proof in proofs])
        theirs = shown.filter(factor_id__in=given.values("pk")).values_list("pk", flat=True)
        out = {str(pk) for pk in theirs}
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the factors cannot be read") from error
    return tuple(proof for proof in proofs if proof.grant not in out)
