"""Everything that follows a right answer, in the transaction that closes its challenge."""

from __future__ import annotations

from functools import partial

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.assurance import MethodFacts, Primary
from otpguard.core.events.challenge import ChallengeVerified
from otpguard.core.events.factor import (
    FactorCloneSuspected,
    FactorEnrolled,
    FactorFlagsLearned,
    FactorRemoved,
    RecoveryUsed,
)
from otpguard.core.events.session import GrantIssued
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.factors import lanes, recovery
from otpguard.factors.base import Shown
from otpguard.factors.catalog import sends_codes
from otpguard.factors.lanes import Reservation
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.checkpoint.evaluate import wait_here
from otpguard.flows.delivery.cost import add_success_cost
from otpguard.flows.delivery.fixed_codes import is_test
from otpguard.flows.notice.notify import notify
from otpguard.grants import store
from otpguard.limits.limiter import limiter
from otpguard.models import Challenge, Factor, Grant
from otpguard.models.factor import FACTORS
from otpguard.notices.kinds import NoticeKind
from otpguard.signals import challenge_verified, phone_was_verified
from otpguard.tenants.policies import Scope


def prove_factor(
    facts: RequestFacts,
    challenge: Challenge,
    factor: Factor,
    shown: Shown,
    reserved: Reservation | None,
) -> Grant | None:
    """Confirm the factor or record its use, issue the grant, write the events. Joins the
    transaction, which has locked challenge and factor.

    `factor` is the one that was used: a challenge may accept several passkeys. `reserved` is the
    failure that this was not. Returns None for a factor that has to wait: it is bound, but proves
    nothing yet.
    """
    if factor.pk != challenge.factor_id:
        Challenge.objects.filter(pk=challenge.pk).update(factor=factor)
    challenge.factor = factor
    method = method_shown(challenge, shown)
    where = Circumstances.of_challenge(facts, challenge)
    record(_verified(challenge, method), where)
    if not factor.confirmed:
        _enroll(facts, challenge, factor, where)
    FACTORS.filter(pk=factor.pk).update(confirmed=True, last_used_at=facts.now)
    _tell(facts, factor, shown, where)
    limiter().refund(challenge.pk, now=facts.now)
    add_success_cost(challenge=challenge, now=facts.now)
    if reserved is not None:
        lanes.succeed(reserved)
    signal_after_commit(challenge, method)
    if factor.usable_from is not None:
        scope = Scope.of_tenant(challenge.tenant)
        ready = wait_here(factor.usable_from, scope, now=facts.now)
        if ready is not None and ready > facts.now:
            return None
    grant = store.issue(challenge, method, now=facts.now)
    record(
        GrantIssued(grant=str(grant.pk), method=method.method.slug, bound=challenge.binds),
        where,
    )
    return grant


def _verified(challenge: Challenge, method: MethodFacts) -> ChallengeVerified:
    return ChallengeVerified(
        method=method.method.slug, attempt=challenge.attempts, test_number=is_test(challenge)
    )


def method_shown(challenge: Challenge, shown: Shown) -> MethodFacts:
    """What the answer has shown, as the grant keeps it."""
    return MethodFacts(
        method=shown.method,
        primary=Primary(challenge.primary),
        user_verified=shown.user_verified,
        backup_eligible=shown.backup_eligible,
        attested=shown.attested,
        short_code=shown.short_code,
    )


def signal_after_commit(challenge: Challenge, method: MethodFacts) -> None:
    """Send `challenge_verified` once the caller's transaction is committed."""
    transaction.on_commit(
        partial(
            challenge_verified.send_robust,
            sender=Challenge,
            user_id=challenge.user_id,
            tenant_id=challenge.tenant_id,
            checkpoint=challenge.checkpoint,
            method=method.method.slug,
        )
    )


def _take_over(facts: RequestFacts, factor: Factor, where: Circumstances) -> None:
    """What was disabled and is now bound again goes, with what it gave (A26).

    Where the new one has to wait, the old one goes when that is over.
    """
    old = factor.replaces
    if old is None or old.disabled_at is None or factor.usable_from is not None:
        return
    cancel_open(facts, Challenge.objects.filter(factor=old), "the factor was bound again")
    store.revoke(Grant.objects.filter(user=old.user_id, factor_id=old.pk), now=facts.now)
    reason = "bound again"
    record(FactorRemoved(factor=str(old.pk), kind=old.kind, reason=reason), where)
    old.delete()
    factor.replaces = None


def _enroll(
    facts: RequestFacts, challenge: Challenge, factor: Factor, where: Circumstances
) -> None:
    """Write the event of a new factor, notify the person and cancel their other enrollments."""
    enrolled = FactorEnrolled(
        factor=str(factor.pk),
        kind=factor.kind,
        consent=factor.consent_version,
        consented_at=factor.consented_at.isoformat() if factor.consented_at else "",
    )
    record(enrolled, where)
    if sends_codes(factor):
        told = partial(phone_was_verified.send_robust, sender=Factor, user_id=factor.user_id)
        transaction.on_commit(told)
    _tell_of_new(facts, factor)
    # Enrollments that were begun before were not proven with this factor.
    others = Challenge.objects.filter(user=challenge.user_id, enrolls=True)
    cancel_open(facts, others.exclude(pk=challenge.pk), "another factor was bound")
    _take_over(facts, factor, where)


def _tell(facts: RequestFacts, factor: Factor, shown: Shown, where: Circumstances) -> None:
    user = str(factor.user_id)
    if shown.counted is not None:
        stored, seen = shown.counted
        record(FactorCloneSuspected(factor=str(factor.pk), stored=stored, shown=seen), where)
        named = {"factor": factor.kind}
        notify(facts=facts, kind=NoticeKind.CLONE_SUSPECTED, user_id=user, context=named)
    if shown.teaches:
        flags = FactorFlagsLearned(
            factor=str(factor.pk),
            backup_eligible=shown.backup_eligible,
            user_verified=shown.user_verified,
        )
        record(flags, where)
    if shown.method.recovers:
        left = recovery.left(factor)
        record(RecoveryUsed(left=left), where)
        # NIST SP 800-63B-4, 4.2.3: the person must be notified of a recovery.
        named = {"left": str(left)}
        notify(facts=facts, kind=NoticeKind.RECOVERY_USED, user_id=user, context=named)


def _tell_of_new(facts: RequestFacts, factor: Factor) -> None:
    """Notify every e-mail address of the person, and the number that is being replaced."""
    named = {"factor": factor.kind}
    if sends_codes(factor):
        named["number"] = factor.secret.reveal()
    old = factor.replaces
    if old is None or factor.usable_from is None:
        kind = NoticeKind.FACTOR_ADDED
        notify(facts=facts, kind=kind, user_id=str(factor.user_id), context=named)
        return
    notify(
        facts=facts,
        kind=NoticeKind.FACTOR_CHANGED,
        user_id=str(factor.user_id),
        also_to_number=old.secret.reveal() if sends_codes(old) else "",
        context={**named, "usable_from": factor.usable_from.isoformat()},
    )
