"""Everything that a right answer brings, in the transaction that closes its challenge."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.assurance import FactorKind, Method, MethodFacts, Primary
from otpguard.core.events import (
    ChallengeVerified,
    FactorCloneSuspected,
    FactorEnrolled,
    GrantIssued,
    RecoveryUsed,
)
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import Lane
from otpguard.factors import lanes, recovery
from otpguard.factors.base import Shown
from otpguard.flows.charge import charge_success
from otpguard.flows.close import cancel_open
from otpguard.flows.notify import notify
from otpguard.grants import store
from otpguard.limits import sql as limits
from otpguard.models import Challenge, Factor, Grant
from otpguard.models.factor import FACTORS
from otpguard.notices.kinds import NoticeKind
from otpguard.signals import challenge_verified


def prove(facts: RequestFacts, challenge: Challenge, shown: Shown, lane: Lane) -> Grant | None:
    """Confirm or note the factor, issue the grant, write the events. Joins the transaction.

    Returns None for a factor that is not usable yet: it is bound, and proves nothing so far.
    """
    factor = _shown_factor(challenge, shown)
    method = MethodFacts(
        method=shown.method,
        primary=Primary(challenge.primary),
        user_verified=shown.user_verified,
        backup_eligible=shown.backup_eligible,
        attested=shown.attested,
    )
    where = circumstances(facts, challenge)
    record(ChallengeVerified(method=method.method.value, attempt=challenge.attempts), where)
    if not factor.confirmed:
        record(FactorEnrolled(factor=str(factor.pk), kind=factor.kind), where)
        _tell_of_new(facts, factor)
        # What was begun before knows nothing of this factor, and was not proven with it.
        others = Challenge.objects.filter(user=challenge.user_id, enrolls=True)
        cancel_open(facts, others.exclude(pk=challenge.pk), "another factor was bound")
    FACTORS.filter(pk=factor.pk).update(confirmed=True, last_used_at=facts.now)
    _tell(facts, factor, shown, where)
    limits.refund(challenge.pk)
    charge_success(challenge=challenge, now=facts.now)
    lanes.succeed(factor.pk, lane)
    transaction.on_commit(
        partial(
            challenge_verified.send_robust,
            sender=Challenge,
            user_id=challenge.user_id,
            tenant_id=challenge.tenant_id,
            checkpoint=challenge.checkpoint,
            method=method.method.value,
        )
    )
    if factor.usable_from is not None and factor.usable_from > facts.now:
        return None
    grant = store.issue(challenge, method, now=facts.now)
    record(
        GrantIssued(grant=str(grant.pk), method=method.method.value, bound=challenge.binds),
        where,
    )
    return grant


def circumstances(facts: RequestFacts, challenge: Challenge) -> Circumstances:
    """Who did what about which challenge, for its events."""
    return Circumstances.of(
        facts,
        checkpoint=challenge.checkpoint,
        story=str(challenge.story),
        target=challenge.target.reveal(),
    )


def _shown_factor(challenge: Challenge, shown: Shown) -> Factor:
    """The factor that was shown: of several passkeys that a challenge accepts, the one used."""
    if shown.factor and shown.factor != str(challenge.factor_id):
        Challenge.objects.filter(pk=challenge.pk).update(factor=shown.factor)
        challenge.factor = FACTORS.get(pk=shown.factor)
    assert challenge.factor is not None  # noqa: S101 (answer() has looked)
    return challenge.factor


def _tell(facts: RequestFacts, factor: Factor, shown: Shown, where: Circumstances) -> None:
    user = str(factor.user_id)
    if shown.counted is not None:
        stored, seen = shown.counted
        record(FactorCloneSuspected(factor=str(factor.pk), stored=stored, shown=seen), where)
        named = {"factor": factor.kind}
        notify(facts=facts, kind=NoticeKind.CLONE_SUSPECTED, user_id=user, context=named)
    if shown.method is Method.RECOVERY:
        left = recovery.left(factor)
        record(RecoveryUsed(left=left), where)
        # NIST SP 800-63B-4, 4.2.3: recovery is always told of.
        named = {"left": str(left)}
        notify(facts=facts, kind=NoticeKind.RECOVERY_USED, user_id=user, context=named)


def _tell_of_new(facts: RequestFacts, factor: Factor) -> None:
    """Tell every address of the person; the number that gives way is told as well."""
    named = {"factor": factor.kind}
    if factor.kind == FactorKind.PHONE:
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
        also_to_number=old.secret.reveal(),
        context={**named, "usable_from": factor.usable_from.isoformat()},
    )
