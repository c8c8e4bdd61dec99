"""What a person can do about a refusal at a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
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
from otpguard.core.policy import Policy
from otpguard.core.pumping.account_age import is_tenant_strict
from otpguard.core.reasons import StartReason
from otpguard.core.secrets import same
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.checkpoint.evaluate import evaluate_with_factors, evidence_of, policy_of
from otpguard.grants.evidence import Evidence
from otpguard.models import Factor, LoginSession, Tenant
from otpguard.tenants.single import is_the_one


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUpOptions:
    """The current policy with the call's own send options, what is proven already and why it is not
    enough, and the factors that would be enough, the strongest first. `rows` are all that the
    person may use here and `evidence` is what was read, for pages that show them."""

    policy: Policy
    proven: bool
    evidence: Evidence
    rows: Sequence[Factor] = ()
    reason: Reason = Reason.PROVEN
    factors: tuple[str, ...] = ()
    enrollment: RequireEnrollment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonNow:
    """Whether somebody's login session has ended, and the factors they may use here, the oldest
    first."""

    session_ended: bool
    factors: Sequence[Factor]


def is_own(facts: RequestFacts, ask: Ask) -> bool:
    """True when the ask belongs to this user, login session and tenant (A23)."""
    return (
        bool(facts.sid)
        and same(ask.sid, facts.sid)
        and ask.user == facts.user
        and ask.tenant == facts.tenant
    )


def step_up_options(
    facts: RequestFacts, ask: Ask, *, read: PersonNow | None = None
) -> StepUpOptions:
    """Evaluate an ask again: the policy may have changed since the page was shown.

    `read` is what of the person was read already. Raises StartRefused when the login session was
    ended, a hold runs or the membership has ended, and StoreUnavailable.
    """
    if _is_ended(facts) if read is None else read.session_ended:
        raise StartRefused(StartReason.SESSION_ENDED)
    factors = None if read is None else read.factors
    checkpoint = checkpoint_named(ask.checkpoint)
    evidence = evidence_of(facts, checkpoint)
    if isinstance(evidence, Deny):
        raise StartRefused(evidence.reason)
    policy = policy_of(facts, checkpoint, evidence, rows=factors)
    policy = replace(policy, **ask.send_options.wishes)
    intent = ask.intent if ask.binds else ""
    answer, rows = evaluate_with_factors(
        facts, checkpoint, policy=policy, evidence=evidence, intent=intent, rows=factors
    )
    match answer:
        case Allow():
            return StepUpOptions(policy=policy, proven=True, evidence=evidence)
        case Wait() | Deny():
            raise StartRefused(answer.reason)
        case RequireChallenge():
            return StepUpOptions(
                policy=policy,
                proven=False,
                evidence=evidence,
                rows=rows,
                reason=answer.reason,
                factors=answer.factors,
            )
        case RequireEnrollment():
            return StepUpOptions(
                policy=policy,
                proven=False,
                evidence=evidence,
                rows=rows,
                reason=answer.reason,
                enrollment=answer,
            )


def _is_ended(facts: RequestFacts) -> bool:
    return LoginSession.objects.filter(pk=facts.sid).exclude(ended_at=None).exists()


def lacks_companion(facts: RequestFacts, ask: Ask) -> bool:
    """True when a saved recovery code was shown and a second proof is still missing."""
    try:
        return step_up_options(facts, ask).reason is Reason.RECOVERY_INCOMPLETE
    except StartRefused:
        return False


def binding_hold(facts: RequestFacts) -> timedelta:
    """How long a number waits here before it proves anything, if the person has other factors.

    Raises StartRefused for somebody who is not a member, and StoreUnavailable.
    """
    checkpoint = checkpoint_named("factor_change")
    evidence = evidence_of(facts, checkpoint)
    if isinstance(evidence, Deny):
        raise StartRefused(evidence.reason)
    return policy_of(facts, checkpoint, evidence).hold


def is_strict(tenant: Tenant | None, *, now: datetime) -> bool:
    """True for a tenant that is younger than 30 days or has not shown use yet, and does not pay.

    The one tenant of a product without customer organizations is the site itself.
    """
    return (
        tenant is not None
        and not is_the_one(str(tenant.pk))
        and is_tenant_strict(
            created_at=tenant.created_at,
            contract=tenant.annual_contract_value,
            used_at=tenant.usage_signal_at,
            now=now,
        )
    )
