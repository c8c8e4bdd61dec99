"""Where a person stands before a checkpoint: what they may still do about a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.decision import (
    Allow,
    Deny,
    Need,
    RequireChallenge,
    RequireEnrollment,
    Wait,
    choose,
    decide,
)
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import YOUNG_TENANT
from otpguard.core.policy import Policy
from otpguard.core.secrets import same
from otpguard.exceptions import Ask, StartRefused
from otpguard.factors.enrolled import live_factors
from otpguard.grants.evidence import read_member, read_site
from otpguard.models import LoginSession, Tenant
from otpguard.tenants import policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The live policy, what is proven already, and the factors that would do, strongest first."""

    policy: Policy
    proven: bool
    factors: tuple[str, ...] = ()
    enrollment: RequireEnrollment | None = None
    strict: bool = False


def is_own(facts: RequestFacts, ask: Ask) -> bool:
    """True when the ask belongs to this user, login session and tenant (A23)."""
    return (
        bool(facts.sid)
        and same(ask.sid, facts.sid)
        and ask.user == facts.user
        and ask.tenant == facts.tenant
    )


def standing_of(facts: RequestFacts, ask: Ask) -> Standing:
    """Evaluate an ask anew: the policy may have changed since the page was shown.

    Raises StartRefused when the login session was ended by somebody, a hold runs or membership
    ended, and StoreUnavailable without a store.
    """
    if LoginSession.objects.filter(pk=facts.sid).exclude(ended_at=None).exists():
        raise StartRefused("session_ended")
    checkpoint = checkpoint_named(ask.checkpoint)
    evidence = read_member(facts) if facts.tenant else read_site(facts)
    scope = policies.Scope.of(
        facts.tenant,
        version=evidence.policy_version,
        annual_contract_value=evidence.annual_contract_value,
    )
    policy = policies.at(checkpoint, scope, now=facts.now)
    profile = settings().assurance_profile
    decision = decide(
        checkpoint=checkpoint,
        policy=policy,
        profile=profile,
        member=evidence.member,
        proofs=evidence.proofs,
        intent=ask.intent,
        binds=ask.binds,
        now=facts.now,
    )
    match decision:
        case Allow():
            return Standing(policy=policy, proven=True)
        case Wait() | Deny():
            raise StartRefused(str(decision.reason))
        case Need():
            answer = choose(
                decision,
                policy=policy,
                profile=profile,
                primary=facts.primary,
                factors=live_factors(user=facts.user, tenant=facts.tenant),
                now=facts.now,
            )
    strict = is_strict(facts.tenant, now=facts.now)
    match answer:
        case RequireChallenge():
            return Standing(policy=policy, proven=False, factors=answer.factors, strict=strict)
        case RequireEnrollment():
            return Standing(policy=policy, proven=False, enrollment=answer, strict=strict)
        case Deny():
            raise StartRefused(str(answer.reason))


def is_strict(tenant: str, *, now: datetime) -> bool:
    """True for a tenant younger than 30 days that has not shown real use yet."""
    if not tenant:
        return False
    row = Tenant.objects.filter(pk=tenant).values_list("created_at", "usage_signal_at").first()
    return row is not None and row[1] is None and now - row[0] < YOUNG_TENANT
