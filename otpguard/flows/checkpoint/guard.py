"""Decide whether a request may pass: the one function that all doors call (RESOLUTIONS §5).

Fails closed: if the store does not answer, the request is refused, also in report-only mode (C12).
Never sends a code (A21). It usually costs one statement and no write.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils import timezone

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.decision import (
    Allow,
    Decision,
    Deny,
    Reason,
    Refusal,
    RequireChallenge,
    RequireEnrollment,
    Wait,
    is_softened_by_report_only,
)
from otpguard.core.events.checkpoint import CheckpointPassed
from otpguard.core.events.emergency import EmergencyPassed
from otpguard.core.evidence import Proof
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.core.policy_choices import Enforcement
from otpguard.database import transaction
from otpguard.exceptions import Ask, StepUpRefused, StoreUnavailable
from otpguard.flows.checkpoint import kept_form
from otpguard.flows.checkpoint.evaluate import evaluate_request, evidence_of, policy_of
from otpguard.flows.checkpoint.expected import Expected
from otpguard.flows.checkpoint.kept_form import SentForm, record_rejected, take_form
from otpguard.grants import emergency, store
from otpguard.grants.evidence import Evidence
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants.administrators import administrators_of
from otpguard.tenants.policies import Scope
from otpguard.tenants.sign_in import is_governed, refuses

logger = logging.getLogger("otpguard.guard")

expected = Expected()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentSource:
    """The digest of what is to be authorized, shallow or full. Each is computed only when needed.

    `shallow` covers view and target. `full` reads the body as well and is called only when the
    policy binds (A20); it returns an empty string for a body too large to be bound.
    """

    shallow: Callable[[], str]
    full: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A request may go on. `intent` is what it was bound to, empty where it was not; `spent` names
    the bound grant that lost a use; `reported` is the refusal that report-only mode did not carry
    out, to be recorded after the response."""

    decision: Allow
    intent: str = ""
    spent: str = ""
    reported: Refusal | None = None


class AccountMovedError(Exception):
    """The account of the person who asks is not what their membership says."""


def require(
    *,
    facts: RequestFacts,
    checkpoint: Checkpoint,
    intent: IntentSource,
    target: str = "",
    reads_safely: bool = False,
    form: SentForm | None = None,
    followed: bool = False,
) -> Passed:
    """Let the request pass, or raise StepUpRefused with the decision.

    `target` says for pages what the request acts on. Where the policy binds, it binds every method:
    `reads_safely` frees the safe ones of a view that only reads then (C11). `form` is the kept form
    that this request sends on: its single use and that of the proof are taken together or not at
    all. A first pass, and each use, is one short transaction of its own (a savepoint inside the
    host's). Locks the form, then the grant.

    Raises AccountMovedError while TENANCY is "single", if the account is not what the membership
    says: follow it, and ask again with `followed`. If it is not even then, the store is taken to be
    away: nobody passes by a membership that is out of date.
    """
    try:
        return _require(
            facts,
            checkpoint,
            intent,
            target,
            reads_safely=reads_safely,
            form=form,
            followed=followed,
        )
    except StoreUnavailable:
        # Report-only mode does not soften this: membership could not be read either (C12).
        logger.exception("the guard has no store at %s", checkpoint.slug)
        refusal = Deny(reason=Reason.STORE_UNAVAILABLE)
        raise StepUpRefused(refusal, _ask(facts, checkpoint, intent.shallow(), target)) from None


def _require(
    facts: RequestFacts,
    checkpoint: Checkpoint,
    source: IntentSource,
    target: str,
    *,
    reads_safely: bool,
    form: SentForm | None,
    followed: bool,
) -> Passed:
    expects_pass = expected.passes(facts, checkpoint)
    evidence = evidence_of(facts, checkpoint, with_factors=not expects_pass)
    if isinstance(evidence, Deny):
        raise StepUpRefused(evidence, _ask(facts, checkpoint, source.shallow(), target))
    if evidence.moved:
        check_followed(evidence, followed=followed)
    policy = policy_of(facts, checkpoint, evidence)
    bound = policy.binds_intent and (facts.unsafe or not reads_safely)
    intent = source.full() if bound else ""
    if bound and not intent:
        refusal = Deny(reason=Reason.BODY_TOO_LARGE)
        raise StepUpRefused(refusal, _ask(facts, checkpoint, source.shallow(), target))
    decision = evaluate_request(facts, checkpoint, policy=policy, evidence=evidence, intent=intent)
    # A proof that is spent here serves no second time.
    will_pass = isinstance(decision, Allow) and not decision.spends
    if will_pass is not expects_pass:
        expected.remember_outcome(facts, checkpoint, passes=will_pass)
    decision = _by_sign_in(decision, evidence, facts, checkpoint)
    decision = _by_emergency(decision, evidence, facts, checkpoint, target)
    reported: Refusal | None = None
    softens = policy.enforcement is Enforcement.REPORT_ONLY and is_softened_by_report_only(decision)
    if softens and not isinstance(decision, Allow):
        reported = decision
        decision = Allow(reason=Reason.NOT_REQUIRED)
    if isinstance(decision, Allow):
        decision = _passed(decision, facts, checkpoint, policy, target=target, form=form)
    if isinstance(decision, Allow):
        spent = decision.proof.grant if decision.spends and decision.proof else ""
        return Passed(decision=decision, intent=intent, spent=spent, reported=reported)
    about = intent or source.shallow()
    raise StepUpRefused(decision, _ask(facts, checkpoint, about, target, binds=bound))


def _by_sign_in(
    decision: Decision, evidence: Evidence, facts: RequestFacts, checkpoint: Checkpoint
) -> Decision:
    """What a member would be let do is refused in a session that the tenant does not take. It costs
    a statement only where the tenant's policy asks for its own sign-in."""
    if isinstance(decision, Deny | Wait) or not facts.tenant or not is_governed(checkpoint):
        return decision
    scope = Scope.of(
        facts.tenant,
        version=evidence.policy_version,
        annual_contract_value=evidence.annual_contract_value,
    )
    return Deny(reason=Reason.SSO_REQUIRED) if refuses(facts, scope) else decision


def _by_emergency(
    decision: Decision,
    evidence: Evidence,
    facts: RequestFacts,
    checkpoint: Checkpoint,
    target: str,
) -> Decision:
    """A lacking proof or sign-in is made up for by emergency access. It costs a statement only
    while there is some in the tenant, and an event each time that it is used. It is for the browser
    of somebody who administers the tenant still: never for a token, nor after the role was lost."""
    lacking = isinstance(decision, RequireChallenge | RequireEnrollment)
    if not facts.sid or facts.by_client or not (lacking or decision.reason is Reason.SSO_REQUIRED):
        return decision
    if evidence.emergency_until is None or evidence.emergency_until <= facts.now:
        return decision
    access = emergency.way_through(facts, checkpoint)
    if access is None or not _administers(facts):
        return decision
    with transaction.atomic():
        record(
            EmergencyPassed(access=str(access.pk)),
            Circumstances.of(facts, checkpoint=checkpoint.slug, target=target),
        )
    return Allow(reason=Reason.EMERGENCY)


def _administers(facts: RequestFacts) -> bool:
    try:
        return facts.user_is_staff or facts.user in administrators_of(UUID(facts.tenant))
    except STORE_ERRORS as error:
        raise StoreUnavailable("the administrators cannot be read") from error


def check_followed(evidence: Evidence, *, followed: bool) -> None:
    """Raises AccountMovedError, or StoreUnavailable if a membership `followed` its account and is
    behind again."""
    if not followed:
        raise AccountMovedError
    if evidence.member is not None:
        raise StoreUnavailable("the account changes faster than its membership")


def _passed(
    decision: Allow,
    facts: RequestFacts,
    checkpoint: Checkpoint,
    policy: Policy,
    *,
    target: str,
    form: SentForm | None,
) -> Decision:
    """Take what the pass costs, with the events: the kept form and the proof, both or neither."""
    proof = decision.proof
    marks = proof is not None and (decision.spends or checkpoint.slug not in proof.passed)
    if form is None and not marks:
        return decision
    refusal: Refusal | None = None
    with transaction.atomic():
        if form is not None and not take_form(facts=facts, form=form, checkpoint=checkpoint.slug):
            refusal = Deny(reason=Reason.ALREADY_CONTINUED)
        elif marks and proof is not None:
            refusal = _mark(proof, facts, checkpoint, policy, target=target, spends=decision.spends)
        if refusal is not None:
            transaction.set_rollback(True)
    if form is not None and isinstance(refusal, Deny):
        record_rejected(facts=facts, form=form, checkpoint=checkpoint.slug)
    return refusal or decision


def _mark(
    proof: Proof,
    facts: RequestFacts,
    checkpoint: Checkpoint,
    policy: Policy,
    *,
    target: str,
    spends: bool,
) -> Refusal | None:
    """Spend or mark the proof and write the event. The loser of a race needs a new proof."""
    level, ttl = policy.required_level, policy.ttl
    if spends:
        if not store.spend(proof):
            return RequireChallenge(level=level, reason=Reason.SPENT, ttl=ttl)
    elif not store.mark_passed(proof, checkpoint.slug):
        # Another request has marked it, or the grant was revoked. Only the former may pass.
        if store.is_live(proof.grant):
            return None
        return RequireChallenge(level=level, reason=Reason.NO_PROOF, ttl=ttl)
    record(
        CheckpointPassed(
            grant=proof.grant,
            method=str(proof.facts.method),
            level=level.name,
            bound=spends,
        ),
        Circumstances.of(facts, checkpoint=checkpoint.slug, story=proof.story, target=target),
    )
    return None


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


def give_back(*, grants: Iterable[str], forms: Iterable[str]) -> None:
    """Return the uses of bound grants and of kept forms whose view failed with a server error, all
    of them or none. One transaction of its own."""
    with transaction.atomic():
        for form in forms:
            kept_form.give_back(form_id=form)
        for grant in grants:
            store.give_back(grant)


def retire(grants: Iterable[str]) -> None:
    """End the bound grants whose last use a view has made: it did not fail, so no use comes back.
    One statement."""
    store.retire(grants, now=timezone.now())
