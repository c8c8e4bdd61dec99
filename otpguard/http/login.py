"""Login sessions over HTTP: begin one at login, end it at logout, add one to an older session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY
from django.http import HttpRequest

from otpguard.core.facts import RequestFacts
from otpguard.flows.session import login
from otpguard.http import session
from otpguard.http.facts import facts_from
from otpguard.http.login_record import idp_risk, login_names, primary_of


def begin_login(
    request: HttpRequest,
    *,
    seen: bool,
    user: Any = None,  # noqa: ANN401 (the host's own user model)
) -> RequestFacts:
    """Begin a login session for the user of this request and mark the web session.

    `seen` says that the login happens right now; without it the session is never fresh. `user` is
    for a request that does not name who has logged in.
    """
    facts = facts_from(request, user=user)
    if not request.session.session_key:
        request.session.save()  # only a login with a key can be ended from elsewhere
    backend = str(request.session.get(BACKEND_SESSION_KEY, ""))
    if session.is_impersonated(request):
        seen, backend = False, ""
    made = login.begin_login(
        facts=facts,
        backend=backend,
        primary=primary_of(request, backend, user=facts.user, now=facts.now),
        authenticated_at=facts.now if seen else None,
        session_key=request.session.session_key or "",
        replaces=session.carried(request),
        idp=idp_risk(request, user) if seen else None,
        names=login_names(request.user if user is None else user) if seen else (),
    )
    session.write(request, made)
    mark = session.read(request, facts.user)
    return replace(
        facts, sid=mark.sid, primary=mark.primary, authenticated_at=mark.authenticated_at
    )


def with_sid(request: HttpRequest, facts: RequestFacts) -> RequestFacts:
    """The facts with a sid: a session from before the installation gets one, never fresh."""
    if facts.sid or not facts.user or not request.user.is_authenticated:
        return facts
    if str(request.user.pk) != facts.user or session.read(request, facts.user).sid:
        return facts  # authenticated by something else than this web session
    begun = begin_login(request, seen=False)
    return replace(facts, sid=begun.sid, primary=begun.primary)


def follow(request: HttpRequest) -> None:
    """Store the new key of a web session whose key has changed.

    A login that has been ended from elsewhere does not continue under the new key: it is
    logged out with this response.
    """
    key = request.session.session_key or ""
    if login.carried_by(sid=session.carried(request), session_key=key):
        session.update_key(request)
    else:
        request.session.flush()


def end_login(request: HttpRequest) -> None:
    """End the login session of this request, if it has one."""
    facts = facts_from(request)
    if facts.sid:
        login.end_login(facts=facts)
