"""Take proofs away: grants, factors, login sessions, and the challenges that would bring new ones.

Each flow is one transaction that joins an outer one. Isolation: an actor in a tenant reaches only
what is of that tenant; personal factors and login sessions are the person's own or the site's to
end (C25).
"""

from __future__ import annotations

from functools import partial
from itertools import groupby

from django.db import transaction
from django.db.models import Q, QuerySet

from otpguard import sessions
from otpguard.audit.recorder import Circumstances, record
from otpguard.core.assurance import FactorKind
from otpguard.core.events import (
    FactorDisabled,
    FactorRemoved,
    GrantRevoked,
    SessionEnded,
)
from otpguard.core.facts import RequestFacts
from otpguard.flows.close import cancel_open
from otpguard.flows.notify import notify
from otpguard.flows.scope import check, check_person
from otpguard.grants import store
from otpguard.models import Challenge, Factor, Grant, LoginSession
from otpguard.models.factor import FACTORS
from otpguard.notices.kinds import NoticeKind
from otpguard.vault import UndecryptableError


def revoke_grants(*, facts: RequestFacts, grants: QuerySet[Grant], reason: str) -> int:
    """End the live ones of `grants`; returns how many.

    Locks them; one event for each tenant and person. Raises NotAllowed, with nothing revoked,
    when one of them is beyond the actor's reach.
    """
    with transaction.atomic():
        live = list(
            Grant.objects.select_for_update()
            .filter(pk__in=grants.order_by().values("pk"), revoked_at=None)
            .order_by("tenant_id", "user_id", "verified_at")
        )
        for grant in live:
            check(facts, tenant=grant.tenant_id, user=grant.user_id)
        return end_grants(facts, live, reason)


def end_grants(facts: RequestFacts, live: list[Grant], reason: str) -> int:
    """Revoke grants whose reach was decided by the caller, in its transaction. One event for each
    tenant and person; `live` is ordered by them."""
    total = 0
    for (tenant, user), rows in groupby(live, key=lambda row: (row.tenant_id, row.user_id)):
        batch = list(rows)
        count = store.revoke(Grant.objects.filter(pk__in=[row.pk for row in batch]), now=facts.now)
        total += count
        record(
            GrantRevoked(
                reason=reason, count=count, grant=str(batch[0].pk) if len(batch) == 1 else ""
            ),
            Circumstances.of(
                facts,
                tenant=str(tenant or ""),
                subject=str(user),
                story=str(batch[0].story) if len(batch) == 1 else "",
            ),
        )
    return total


def disable_factor(*, facts: RequestFacts, factor: Factor, reason: str) -> bool:
    """Switch a factor off; it stays listed and proves nothing. False when it was off already.

    Locks the factor; ends the grants it may have given and its open challenges. Raises NotAllowed
    beyond the actor's reach.
    """
    check(facts, tenant=factor.tenant_id, user=factor.user_id)
    with transaction.atomic():
        if not FACTORS.filter(pk=factor.pk, disabled_at=None).update(disabled_at=facts.now):
            return False
        record(FactorDisabled(factor=str(factor.pk), reason=reason), _of_factor(facts, factor))
        _tell(facts, factor, NoticeKind.FACTOR_DISABLED)
        _end_what_it_gave(facts, factor, f"factor disabled: {reason}")
    return True


def remove_factor(
    *,
    facts: RequestFacts,
    factor: Factor,
    reason: str,
    tell: bool = True,
    tell_number: bool = False,
) -> bool:
    """Delete a factor for good. False when it is gone already.

    `tell` is False for a caller that tells the person of more than this; `tell_number` tells the
    removed number itself as well, which nobody has told that it gives way (A9). Locks the factor;
    ends the grants it may have given and its open challenges. Raises NotAllowed beyond the
    actor's reach: a tenant never deletes what is a person's own (C25).
    """
    check(facts, tenant=factor.tenant_id, user=factor.user_id)
    with transaction.atomic():
        row = FACTORS.select_for_update().filter(pk=factor.pk).first()
        if row is None:
            return False
        record(
            FactorRemoved(factor=str(row.pk), kind=row.kind, reason=reason),
            _of_factor(facts, row),
        )
        _end_what_it_gave(facts, row, f"factor removed: {reason}")
        if row.confirmed and tell:
            _tell(facts, row, NoticeKind.FACTOR_REMOVED, to_number=tell_number)
        row.delete()
    return True


def end_session(*, facts: RequestFacts, session: LoginSession, reason: str) -> bool:
    """End somebody's login session with its grants and open challenges. False when it is over.

    Its browser is logged out right after the commit. Raises NotAllowed for anybody but the person
    and the site: a session serves every tenant of its user.
    """
    check_person(facts, session.user_id)
    with transaction.atomic():
        ended = LoginSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=facts.now)
        if not ended:
            return False
        # In this order: canceling waits for a right answer that is being written.
        cancel_open(facts, Challenge.objects.filter(sid=session.pk), "session ended")
        revoked = store.revoke(Grant.objects.filter(sid=session.pk), now=facts.now)
        record(
            SessionEnded(grants_revoked=revoked, reason=reason),
            Circumstances.of(facts, subject=str(session.user_id)),
        )
        transaction.on_commit(partial(log_out, sid=session.pk))
    return True


def log_out(*, sid: str) -> None:
    """Log the browser of an ended login session out, once. To be called after the commit.

    The key stays in the row until it is done, so that what a crash left is found again.
    """
    session = LoginSession.objects.exclude(ended_at=None).filter(pk=sid).first()
    if session is not None and session.session_key:
        sessions.end(session)
        LoginSession.objects.filter(pk=sid).update(session_key="")


def _end_what_it_gave(facts: RequestFacts, factor: Factor, reason: str) -> None:
    """A factor of one tenant was worth something only there; a person's own one everywhere.

    What it may have let in and is not confirmed yet ends as well.
    """
    given = Grant.objects.filter(user=factor.user_id, revoked_at=None)
    let_in = Q(user=factor.user_id, enrolls=True)
    if factor.tenant_id is not None:
        given = given.filter(tenant=factor.tenant_id)
        let_in &= Q(tenant=factor.tenant_id)
    # First, for it waits for a right answer that is being written, whose grant is then there.
    cancel_open(facts, Challenge.objects.filter(Q(factor=factor) | let_in), reason)
    live = given.select_for_update().order_by("tenant_id", "user_id", "verified_at")
    end_grants(facts, list(live), reason)


def named(factor: Factor) -> dict[str, str]:
    """What a notice names of a factor: its kind, and a number that can still be read."""
    details = {"factor": factor.kind}
    if factor.kind == FactorKind.PHONE:
        try:
            details["number"] = factor.secret.reveal()
        except UndecryptableError:
            return details
    return details


def _tell(
    facts: RequestFacts, factor: Factor, kind: NoticeKind, *, to_number: bool = False
) -> None:
    details = named(factor)
    notify(
        facts=facts,
        kind=kind,
        user_id=str(factor.user_id),
        also_to_number=details.get("number", "") if to_number else "",
        context=details,
    )


def _of_factor(facts: RequestFacts, factor: Factor) -> Circumstances:
    return Circumstances.of(
        facts,
        tenant=str(factor.tenant_id) if factor.tenant_id else facts.tenant,
        subject=str(factor.user_id),
    )
