"""End an open challenge before its time: cancel it, or say "this was not me"."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.challenge import ChallengeState
from otpguard.core.events import ChallengeCanceled, ChallengeRepudiated
from otpguard.core.facts import RequestFacts
from otpguard.grants import store
from otpguard.models import Challenge, Grant, LoginSession
from otpguard.signals import challenge_repudiated


def cancel(*, facts: RequestFacts, challenge: Challenge, reason: str) -> bool:
    """Cancel an open challenge. False when it was closed already. The caller has checked whose
    it is."""
    with transaction.atomic():
        if not _close(challenge.pk, ChallengeState.CANCELED, facts):
            return False
        record(ChallengeCanceled(reason=reason), _where(facts, challenge))
    return True


def repudiate(*, facts: RequestFacts, challenge_id: UUID) -> bool:
    """The holder of the factor says that they did not ask for this code.

    Closes the challenge, revokes every grant of the login session that asked and ends that
    session's standing, so that whoever sits there must log in anew. False when the challenge is
    not this person's or was reported before.
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
        revoked = store.revoke(Grant.objects.filter(sid=challenge.sid), now=facts.now)
        LoginSession.objects.filter(sid=challenge.sid, ended_at=None).update(ended_at=facts.now)
        record(ChallengeRepudiated(grants_revoked=revoked), _where(facts, challenge))
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


def _close(pk: UUID, state: ChallengeState, facts: RequestFacts) -> bool:
    return bool(
        Challenge.objects.filter(pk=pk, state=ChallengeState.OPEN.value).update(
            state=state.value, closed_at=facts.now, due_at=None
        )
    )


def _where(facts: RequestFacts, challenge: Challenge) -> Circumstances:
    return Circumstances.of(
        facts,
        tenant=str(challenge.tenant_id or ""),
        subject=str(challenge.user_id or ""),
        checkpoint=challenge.checkpoint,
        story=str(challenge.story),
        target=challenge.target.reveal(),
    )
