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


def begin(*, facts: RequestFacts, backend: str, authenticated_at: datetime | None) -> LoginSession:
    """Record a login and return its session with a new random sid.

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
            started_at=facts.now,
        )
        record(SessionStarted(backend=backend, primary=primary.value), Circumstances.of(facts))
    return session


def end(*, facts: RequestFacts) -> None:
    """End the login session of `facts.sid` and revoke its grants. Does nothing twice."""
    with transaction.atomic():
        ended = LoginSession.objects.filter(sid=facts.sid, ended_at=None).update(ended_at=facts.now)
        if not ended:
            return
        revoked = store.revoke(Grant.objects.filter(sid=facts.sid), now=facts.now)
        cancel_open(facts, Challenge.objects.filter(sid=facts.sid), "session ended")
        record(SessionEnded(grants_revoked=revoked), Circumstances.of(facts))
