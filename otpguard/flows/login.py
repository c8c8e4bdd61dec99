"""Begin and end login sessions: our own record of who logged in, how and when (C3, A2)."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from otpguard.audit.recorder import Circumstances, record
from otpguard.conf import settings
from otpguard.core.assurance import Primary
from otpguard.core.events import SessionEnded, SessionStarted
from otpguard.core.facts import RequestFacts
from otpguard.flows.close import cancel_open
from otpguard.grants import store
from otpguard.models import Challenge, Grant, LoginSession


def primary_of(backend: str) -> Primary:
    """What a login through this authentication back end proves; an unknown one proves nothing."""
    return settings().login_backends.get(backend, Primary.NONE)


def begin(
    *,
    facts: RequestFacts,
    backend: str,
    authenticated_at: datetime | None,
    session_key: str = "",
    replaces: str = "",
) -> LoginSession:
    """Record a login and return its session with a new random sid.

    `session_key` is the key of the web session that carries it. `replaces` is the sid that this web
    session carried for the same user until now: that one ends, for no browser can come back to it.

    `authenticated_at` is None for a session whose login was not seen, because it is older than the
    installation: it is never fresh. An empty `backend` stands for somebody acting as somebody
    else; what such a session was opened with proves nothing (A2).
    """
    primary = primary_of(backend)
    with transaction.atomic():
        session = LoginSession.objects.create(
            sid=secrets.token_urlsafe(32),
            user_id=facts.user,
            authenticated_at=authenticated_at,
            backend=backend[:200],
            primary=primary.value,
            agent=facts.agent,
            session_key=session_key,
            started_at=facts.now,
        )
        _end(facts, replaces, "replaced by a new login")
        record(SessionStarted(backend=backend, primary=primary.value), Circumstances.of(facts))
    return session


def end(*, facts: RequestFacts) -> None:
    """End the login session of `facts.sid` and revoke its grants. Does nothing twice."""
    with transaction.atomic():
        _end(facts, facts.sid, "")


def carried_by(*, sid: str, session_key: str) -> bool:
    """Note the key under which the web session of this login goes on.

    False when the login session was ended by somebody meanwhile: then the new web session must not
    live either. One conditional UPDATE, so an end that runs at the same time finds either the new
    key or the old one, and in that case this call finds the end.
    """
    with transaction.atomic():
        row = LoginSession.objects.filter(pk=sid)
        return bool(row.filter(ended_at=None).update(session_key=session_key)) or not row.exists()


def _end(facts: RequestFacts, sid: str, reason: str) -> None:
    """End one of this user's own login sessions, in the caller's transaction."""
    own = LoginSession.objects.filter(pk=sid, user_id=facts.user, ended_at=None)
    # Its key is forgotten: the browser that logs out, or in anew, sees to the web session.
    if not own.update(ended_at=facts.now, session_key=""):
        return
    # In this order: canceling waits for a right answer that is being written.
    cancel_open(facts, Challenge.objects.filter(sid=sid), "session ended")
    revoked = store.revoke(Grant.objects.filter(sid=sid), now=facts.now)
    record(SessionEnded(grants_revoked=revoked, reason=reason), Circumstances.of(facts))
