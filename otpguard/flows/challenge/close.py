"""End an open challenge before its time: cancel it, or say "this was not me"."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.challenge import ChallengeMove, ChallengeState, advance_challenge
from otpguard.core.events.challenge import ChallengeCanceled, ChallengeRepudiated
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import same
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.flows.delivery.vendor_closing import schedule_closing
from otpguard.flows.lock_order import lock_person
from otpguard.flows.scope import check_owner
from otpguard.grants import store
from otpguard.models import Challenge, Grant, LoginSession
from otpguard.signals import challenge_repudiated


def cancel_challenge(*, facts: RequestFacts, challenge: Challenge, reason: str) -> bool:
    """Cancel an open challenge. False when it was closed already.

    Locks it. Raises NotAllowed beyond the actor's reach: a tenant may cancel its own challenges;
    one without a tenant may be canceled by its person and by the site only. An anonymous one may
    be canceled by its browser, which reaches no other.
    """
    if not facts.browser:
        check_owner(facts, tenant=challenge.tenant_id, user=challenge.user_id)
    elif not same(challenge.browser, facts.browser):
        raise NotAllowed(str(_("This belongs to another browser.")))
    with transaction.atomic():
        return bool(cancel_open(facts, Challenge.objects.filter(pk=challenge.pk), reason))


def cancel_open(facts: RequestFacts, challenges: QuerySet[Challenge], reason: str) -> int:
    """Cancel the open ones of `challenges` in the caller's transaction; returns how many. Locks
    them by their ids, before any factor and grant: so it waits for a right answer that is being
    written. The caller has checked the actor's reach."""
    rows = list(
        challenges.order_by("pk")
        .select_for_update(of=("self",))
        .filter(state=ChallengeState.OPEN.value)
    )
    for row in rows:
        row.state = advance_challenge(ChallengeState(row.state), ChallengeMove.CANCEL).value
        row.closed_at, row.due_at = facts.now, None
        row.save(update_fields=["state", "closed_at", "due_at"])
        record(ChallengeCanceled(reason=reason), Circumstances.of_challenge(facts, row))
    schedule_closing([row.pk for row in rows], now=facts.now)
    return len(rows)


def repudiate_challenge(*, facts: RequestFacts, challenge_id: UUID) -> bool:
    """The holder of the factor says that they did not ask for this code.

    Locks the person. Closes the challenge and every other open one of the login session that
    asked, revokes that session's grants and ends it: the person there must log in again to prove
    anything. False when the challenge is not this person's or was repudiated before.
    """
    if not facts.user:
        return False
    with transaction.atomic():
        lock_person(facts.user)
        challenge = Challenge.objects.filter(Q(user_id=facts.user), pk=challenge_id).first()
        if challenge is None or challenge.state == ChallengeState.REPUDIATED:
            return False
        LoginSession.objects.filter(sid=challenge.sid, ended_at=None).update(ended_at=facts.now)
        Challenge.objects.filter(pk=challenge.pk).update(
            state=ChallengeState.REPUDIATED.value, closed_at=facts.now, due_at=None
        )
        cancel_open(facts, Challenge.objects.filter(sid=challenge.sid), "session repudiated")
        revoked = store.revoke(Grant.objects.filter(sid=challenge.sid), now=facts.now)
        record(
            ChallengeRepudiated(grants_revoked=revoked),
            Circumstances.of_challenge(facts, challenge),
        )
        schedule_closing([challenge.pk], now=facts.now)
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
