"""End an open challenge before its time: cancel it, or say "this was not me"."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.challenge import ChallengeMove, ChallengeState, advance
from otpguard.core.events import ChallengeCanceled, ChallengeRepudiated
from otpguard.core.facts import RequestFacts
from otpguard.flows.leave import leave
from otpguard.grants import store
from otpguard.models import Challenge, Grant, LoginSession
from otpguard.signals import challenge_repudiated


def cancel(*, facts: RequestFacts, challenge: Challenge, reason: str) -> bool:
    """Cancel an open challenge. False when it was closed already. The caller has checked whose
    it is."""
    with transaction.atomic():
        return bool(cancel_open(facts, Challenge.objects.filter(pk=challenge.pk), reason))


def cancel_open(facts: RequestFacts, challenges: QuerySet[Challenge], reason: str) -> int:
    """Cancel the open ones of `challenges` in the caller's transaction, which has decided about
    reach; returns how many. Locks them."""
    rows = list(
        challenges.order_by()
        .select_for_update(of=("self",))
        .filter(state=ChallengeState.OPEN.value)
    )
    for row in rows:
        row.state = advance(ChallengeState(row.state), ChallengeMove.CANCEL).value
        row.closed_at, row.due_at = facts.now, None
        row.save(update_fields=["state", "closed_at", "due_at"])
        record(ChallengeCanceled(reason=reason), _where(facts, row))
    leave([row.pk for row in rows], now=facts.now)
    return len(rows)


def repudiate(*, facts: RequestFacts, challenge_id: UUID) -> bool:
    """The holder of the factor says that they did not ask for this code.

    Closes the challenge and every other open one of the login session that asked, revokes that
    session's grants and ends it: whoever sits there must log in anew to prove anything. False when
    the challenge is not this person's or was reported before.
    """
    if not facts.user:
        return False
    with transaction.atomic():
        challenge = Challenge.objects.filter(Q(user_id=facts.user), pk=challenge_id).first()
        if challenge is None or challenge.state == ChallengeState.REPORTED:
            return False
        Challenge.objects.filter(pk=challenge.pk).update(
            state=ChallengeState.REPORTED.value, closed_at=facts.now, due_at=None
        )
        cancel_open(facts, Challenge.objects.filter(sid=challenge.sid), "session disowned")
        revoked = store.revoke(Grant.objects.filter(sid=challenge.sid), now=facts.now)
        LoginSession.objects.filter(sid=challenge.sid, ended_at=None).update(ended_at=facts.now)
        record(ChallengeRepudiated(grants_revoked=revoked), _where(facts, challenge))
        leave([challenge.pk], now=facts.now)
        transaction.on_commit(
            partial(
                challenge_repudiated.send_robust,
                sender=Challenge,
                user_id=challenge.user_id,
                tenant_id=challenge.tenant_id,
                checkpoint=challenge.checkpoint,
            )
        )
    return True


def _where(facts: RequestFacts, challenge: Challenge) -> Circumstances:
    return Circumstances.of(
        facts,
        tenant=str(challenge.tenant_id or ""),
        subject=str(challenge.user_id or ""),
        checkpoint=challenge.checkpoint,
        story=str(challenge.story),
        target=challenge.target.reveal(),
    )
