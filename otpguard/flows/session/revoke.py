"""Take proofs away: grants, factors, login sessions, and the challenges that would bring new ones.

Each flow is one transaction that joins an outer one. Isolation: an actor in a tenant reaches only
what belongs to that tenant; only the person or the site can end personal factors and login sessions
(C25).
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from itertools import groupby
from uuid import UUID

from django.db.models import Q, QuerySet

from otpguard import sessions
from otpguard.account import find_user
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.factor import FactorDisabled, FactorRemoved
from otpguard.core.events.session import GrantRevoked, SessionEnded
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.factors.catalog import sends_codes
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.lock_order import lock_person
from otpguard.flows.notice.notify import notify
from otpguard.flows.scope import check_owner, check_person
from otpguard.grants import store
from otpguard.models import Challenge, Factor, Grant, LoginSession, Membership
from otpguard.models.factor import FACTORS, DisabledBy
from otpguard.notices.kinds import NoticeKind
from otpguard.tenants.directory import member_of, members_are_ours
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
            check_owner(facts, tenant=grant.tenant_id, user=grant.user_id)
        return end_grants(facts, live, reason)


def end_grants(facts: RequestFacts, live: list[Grant], reason: str) -> int:
    """Revoke grants in the caller's transaction; the caller has checked the actor's reach. One
    event for each tenant and person; `live` must be ordered by them."""
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

    Locks the person and the factor; ends the grants it may have given and its open challenges.
    Raises NotAllowed beyond the actor's reach.
    """
    check_owner(facts, tenant=factor.tenant_id, user=factor.user_id)
    with transaction.atomic():
        lock_person(factor.user_id)
        if not FACTORS.filter(pk=factor.pk, disabled_at=None).exists():
            return False
        why = f"factor disabled: {reason}"
        _cancel_what_it_let_in(facts, factor, why)
        off = {"disabled_at": facts.now, "disabled_by": DisabledBy.OPERATOR}
        FACTORS.filter(pk=factor.pk).update(**off)
        record(FactorDisabled(factor=str(factor.pk), reason=reason), _of_factor(facts, factor))
        _tell(facts, factor, NoticeKind.FACTOR_DISABLED)
        _end_what_it_gave(facts, factor, why)
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

    `tell` is False for a caller that notifies the person itself; `tell_number` also notifies the
    removed number, which has not been notified of a replacement (A9). Locks the person and the
    factor; ends the grants it may have given and its open challenges. Raises NotAllowed beyond the
    actor's reach: a tenant never deletes a person's own factor (C25).
    """
    check_owner(facts, tenant=factor.tenant_id, user=factor.user_id)
    with transaction.atomic():
        lock_person(factor.user_id)
        why = f"factor removed: {reason}"
        _cancel_what_it_let_in(facts, factor, why)
        row = FACTORS.select_for_update(of=("self",)).filter(pk=factor.pk).first()
        if row is None:
            return False
        record(
            FactorRemoved(factor=str(row.pk), kind=row.kind, reason=reason),
            _of_factor(facts, row),
        )
        _end_what_it_gave(facts, row, why)
        if row.confirmed and tell:
            _tell(facts, row, NoticeKind.FACTOR_REMOVED, to_number=tell_number)
        row.delete()
    return True


def end_session(*, facts: RequestFacts, session: LoginSession, reason: str) -> bool:
    """End somebody's login session with its grants and open challenges. False when it is over.

    Locks the person. Its browser is logged out right after the commit. Raises NotAllowed for
    anybody but the person and the site: a session serves every tenant of its user.
    """
    check_person(facts, session.user_id)
    with transaction.atomic():
        lock_person(session.user_id)
        return _end_login(facts, session, reason)


def end_last_sessions(*, facts: RequestFacts, user_id: str, reason: str) -> int:
    """End the login sessions of somebody whose last membership has just ended (C25); returns how
    many. Staff keep theirs, for they work for the site as well.

    Joins the caller's transaction, which has locked the person and written the membership.
    """
    user = find_user(user_id)
    if user is None or getattr(user, "is_staff", False) or _belongs_somewhere(user_id):
        return 0
    mine = list(LoginSession.objects.open_of(user_id).order_by("pk"))
    return sum(_end_login(facts, row, reason) for row in mine)


def end_logins_in_one_tenant(
    *, facts: RequestFacts, user_id: str, tenant: str, until: datetime, reason: str
) -> int:
    """End the logins begun up to `until` of somebody who belongs to `tenant` alone; returns how
    many. A login of others, and of staff, serves more than this tenant, which may not end it (C25).

    Joins the caller's transaction, which has locked the person.
    """
    user = find_user(user_id)
    if user is None or getattr(user, "is_staff", False) or _belongs_somewhere(user_id, tenant):
        return 0
    mine = LoginSession.objects.open_of(user_id).filter(started_at__lte=until)
    return sum(_end_login(facts, row, reason) for row in list(mine.order_by("pk")))


def _belongs_somewhere(user_id: str, beside: str = "") -> bool:
    """True for an active member of any tenant but `beside`."""
    rows = Membership.objects.filter(Q(user_id=user_id))
    rows = rows.exclude(tenant_id=beside) if beside else rows
    if members_are_ours():
        return rows.filter(active=True).exists()
    tenants = rows.order_by().values_list("tenant_id", flat=True)
    known = (member_of(user_id, str(tenant)) for tenant in tenants)
    return any(each is not None and each.active for each in known)


def _end_login(facts: RequestFacts, session: LoginSession, reason: str) -> bool:
    """In the caller's transaction, which has locked the person."""
    ended = LoginSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=facts.now)
    if not ended:
        return False
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

    The key stays in the row until this is done, so that it can be repeated after a crash.
    """
    session = LoginSession.objects.exclude(ended_at=None).filter(pk=sid).first()
    if session is not None and session.session_key:
        sessions.end_web_session(session)
        LoginSession.objects.filter(pk=sid).update(session_key="")


def _cancel_what_it_let_in(facts: RequestFacts, factor: Factor, reason: str) -> None:
    """End the open challenges of a factor, and enrollments that it may have allowed and that are
    not confirmed yet: in its tenant, or everywhere for a person's own.
    """
    let_in = Q(user=factor.user_id, enrolls=True)
    if factor.tenant_id is not None:
        let_in &= Q(tenant=factor.tenant_id)
    cancel_open(facts, Challenge.objects.filter(Q(factor=factor.pk) | let_in), reason)


def _end_what_it_gave(facts: RequestFacts, factor: Factor, reason: str) -> None:
    """End the grants that a factor may have given: in its tenant, or everywhere for a person's
    own."""
    given = Grant.objects.filter(user=factor.user_id, revoked_at=None)
    if factor.tenant_id is not None:
        given = given.filter(tenant=factor.tenant_id)
    live = given.select_for_update().order_by("tenant_id", "user_id", "verified_at")
    end_grants(facts, list(live), reason)


def named(factor: Factor) -> dict[str, str]:
    """What a notice says of a factor: its kind, and its number if it can still be read."""
    details = {"factor": factor.kind}
    if sends_codes(factor):
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


def end_own_grant(*, facts: RequestFacts, grant_id: UUID) -> bool:
    """End one of the person's own proofs, of any login and tenant. It needs no proof itself.

    Writes nothing and returns False for one that is over, belongs to somebody else or is unknown.
    Locks it; the event is of the tenant that the proof was for.
    """
    if not facts.user:
        return False
    with transaction.atomic():
        own = Grant.objects.select_for_update().filter(
            pk=grant_id, user_id=facts.user, revoked_at=None
        )
        return bool(end_grants(facts, list(own), "ended by the person"))
