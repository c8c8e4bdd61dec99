"""Where a person stands before a checkpoint: what they may still do about a refusal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.decision import (
    Allow,
    Deny,
    Reason,
    RequireChallenge,
    RequireEnrollment,
    Wait,
)
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import YOUNG_TENANT
from otpguard.core.policy import Policy
from otpguard.core.secrets import same
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.weigh import evidence_of, policy_of, weigh
from otpguard.models import LoginSession, Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The live policy with the call's own sending in it, what is proven already and why that is not
    enough, and the factors that would do, strongest first."""

    policy: Policy
    proven: bool
    reason: Reason = Reason.PROVEN
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
    evidence = evidence_of(facts, checkpoint)
    if isinstance(evidence, Deny):
        raise StartRefused(str(evidence.reason))
    policy = policy_of(facts, checkpoint, evidence)
    policy = replace(policy, **ask.sending.wishes)
    intent = ask.intent if ask.binds else ""
    answer = weigh(facts, checkpoint, policy=policy, evidence=evidence, intent=intent)
    match answer:
        case Allow():
            return Standing(policy=policy, proven=True)
        case Wait() | Deny():
            raise StartRefused(str(answer.reason))
        case RequireChallenge():
            return Standing(
                policy=policy,
                proven=False,
                reason=answer.reason,
                factors=answer.factors,
                strict=is_strict(facts.tenant, now=facts.now),
            )
        case RequireEnrollment():
            return Standing(
                policy=policy,
                proven=False,
                reason=answer.reason,
                enrollment=answer,
                strict=is_strict(facts.tenant, now=facts.now),
            )


def lacks_companion(facts: RequestFacts, ask: Ask) -> bool:
    """True when a saved recovery code was shown and one more proof has to stand beside it."""
    try:
        return standing_of(facts, ask).reason is Reason.RECOVERY_INCOMPLETE
    except StartRefused:
        return False


def binding_hold(facts: RequestFacts) -> timedelta:
    """How long a number that joins other factors waits here before it proves anything.

    Raises StartRefused for somebody who does not belong, StoreUnavailable without a store.
    """
    checkpoint = checkpoint_named("factor_change")
    evidence = evidence_of(facts, checkpoint)
    if isinstance(evidence, Deny):
        raise StartRefused(str(evidence.reason))
    return policy_of(facts, checkpoint, evidence).hold


def is_strict(tenant: str, *, now: datetime) -> bool:
    """True for a tenant younger than 30 days that has not shown real use yet."""
    if not tenant:
        return False
    row = Tenant.objects.filter(pk=tenant).values_list("created_at", "usage_signal_at").first()
    return row is not None and row[1] is None and now - row[0] < YOUNG_TENANT
