"""What ends, and what waits, after somebody got an account back by a mailbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q

from otpguard.core.checkpoints import SENSITIVE
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.release import hold
from otpguard.flows.session.revoke import end_grants, end_session, log_out
from otpguard.models import Challenge, Grant, LoginSession, Membership


def end_everything(facts: RequestFacts, why: str) -> tuple[int, int]:
    """End every login session, open challenge and proof of the person of `facts`; returns how many
    sessions and grants. Joins the caller's transaction, which has locked the person; their browsers
    are logged out after the commit."""
    sessions = _end_sessions(facts, why)
    cancel_open(facts, Challenge.objects.filter(Q(user_id=facts.user)), why)
    live = Grant.objects.select_for_update().filter(Q(user_id=facts.user), revoked_at=None)
    grants = end_grants(facts, list(live.order_by("tenant_id", "user_id", "verified_at")), why)
    return sessions, grants


def hold_sensitive(
    facts: RequestFacts, wait: timedelta, reason: str, *, told: bool = True
) -> datetime | None:
    """Hold what is sensitive in each of the person's tenants; until when, None without any. `told`
    says that the caller tells of it."""
    if not wait:
        return None
    until = facts.now + wait
    members = list(Membership.objects.filter(Q(user_id=facts.user), active=True).order_by("pk"))
    for member in members:
        hold.start(
            facts=replace(facts, tenant=str(member.tenant_id)),
            membership=member,
            checkpoint=SENSITIVE,
            until=until,
            reason=reason,
            told=told,
        )
    return until if members else None


def _end_sessions(facts: RequestFacts, why: str) -> int:
    rows = list(LoginSession.objects.open_of(facts.user).order_by("pk"))
    ended = sum(end_session(facts=facts, session=row, reason=why) for row in rows)
    left = LoginSession.objects.unreached_of(facts.user).values_list("pk", flat=True)
    for sid in list(left):
        transaction.on_commit(partial(log_out, sid=sid))
    return ended
