"""Begin and end login sessions: our own record of who logged in, how and when (C3, A2)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.assurance import Primary
from otpguard.core.events.session import SessionEnded, SessionStarted
from otpguard.core.facts import RequestFacts
from otpguard.core.risk import IdpRisk
from otpguard.database import transaction
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.lock_order import lock_person
from otpguard.flows.session.login_risk import evaluate_login
from otpguard.grants import store
from otpguard.models import Challenge, Grant, LoginSession


def begin_login(
    *,
    facts: RequestFacts,
    backend: str,
    primary: Primary,
    authenticated_at: datetime | None,
    session_key: str = "",
    replaces: str = "",
    idp: IdpRisk | None = None,
    names: Sequence[str] = (),
) -> LoginSession:
    """Record a login and return its session with a new random sid.

    `primary` is what the login proved. `session_key` is the key of the web session that carries it.
    `replaces` is the sid that this web session carried for the same user until now: that one ends,
    because no browser can return to it.

    `authenticated_at` is None for a session whose login was not seen, because it is older than the
    installation: it is never fresh, and nobody evaluates its risk. `idp` is what the identity
    provider says of the risk, None if none is asked; `names` are the person's login names.
    """
    with transaction.atomic():
        risk = None if authenticated_at is None else evaluate_login(facts, idp=idp, names=names)
        reasons = [] if risk is None else [reason.value for reason in risk.reasons]
        session = LoginSession.objects.create(
            sid=secrets.token_urlsafe(32),
            user_id=facts.user,
            authenticated_at=authenticated_at,
            backend=backend[:200],
            primary=primary.value,
            agent=facts.agent,
            session_key=session_key,
            started_at=facts.now,
            risk=None if risk is None else risk.score,
            risk_reasons=reasons,
        )
        _end_session(facts, replaces, "replaced by a new login")
        started = SessionStarted(
            backend=backend,
            primary=primary.value,
            risk=None if risk is None else risk.score,
            risk_reasons=reasons,
        )
        record(started, Circumstances.of(facts))
    return session


def end_login(*, facts: RequestFacts) -> None:
    """End the login session of `facts.sid` and revoke its grants. A second call does nothing."""
    with transaction.atomic():
        _end_session(facts, facts.sid, "")


def carried_by(*, sid: str, session_key: str) -> bool:
    """Store the new key of the web session that carries this login.

    False if the login session has been ended: then the new web session must end, too. One
    conditional UPDATE, so an end that runs at the same time finds either the new key or the old
    one, and in that case this call finds the end.
    """
    row = LoginSession.objects.filter(pk=sid)
    return bool(row.filter(ended_at=None).update(session_key=session_key)) or not row.exists()


def _end_session(facts: RequestFacts, sid: str, reason: str) -> None:
    """End one of this user's own login sessions, in the caller's transaction. Locks the person."""
    if not sid:
        return
    lock_person(facts.user)
    own = LoginSession.objects.filter(pk=sid, user_id=facts.user, ended_at=None)
    # Its key is removed: the logout or login that is running ends the web session itself.
    if not own.update(ended_at=facts.now, session_key=""):
        return
    cancel_open(facts, Challenge.objects.filter(sid=sid), "session ended")
    revoked = store.revoke(Grant.objects.filter(sid=sid), now=facts.now)
    record(SessionEnded(grants_revoked=revoked, reason=reason), Circumstances.of(facts))
