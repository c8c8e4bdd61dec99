"""Login sessions over HTTP: begin one at login, end it at logout, add one to an older session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY
from django.http import HttpRequest

from otpguard.conf import settings
from otpguard.core.assurance import Primary
from otpguard.core.facts import RequestFacts
from otpguard.flows.session import login
from otpguard.http import session
from otpguard.http.facts import facts_from
from otpguard.http.login_record import idp_risk, login_names, primary_of

_BY_LINK = "_otpguard_by_link"


def mark_by_link(request: HttpRequest) -> None:
    """Note that the login which follows in this request is by a link in an e-mail: it proves
    nothing, whatever back end the project names for it."""
    setattr(request, _BY_LINK, True)


def begin_login(
    request: HttpRequest,
    *,
    seen: bool,
    user: Any = None,  # noqa: ANN401 (the host's own user model)
) -> RequestFacts:
    """Begin a login session for the user of this request and mark the web session.

    `seen` says that the login happens right now; without it the session is never fresh. `user` is
    for a request that does not name who has logged in. A login by a link in an e-mail, and by a
    back end that is said to prove nothing, is asked about as any other and never fresh (A2).
    """
    facts = facts_from(request, user=user)
    if not request.session.session_key:
        request.session.save()  # only a login with a key can be ended from elsewhere
    backend = str(request.session.get(BACKEND_SESSION_KEY, ""))
    if session.is_impersonated(request):
        seen, backend = False, ""
    by_link = bool(getattr(request, _BY_LINK, False))
    made = login.begin_login(
        facts=facts,
        backend=backend,
        primary=Primary.NONE
        if by_link
        else primary_of(request, backend, user=facts.user, now=facts.now),
        authenticated_at=facts.now if seen else None,
        session_key=request.session.session_key or "",
        replaces=session.carried(request),
        idp=idp_risk(request, user) if seen else None,
        names=login_names(request.user if user is None else user) if seen else (),
    )
    nothing = by_link or settings().login_backends.get(backend) is Primary.NONE
    session.write(request, made, fresh=not nothing)
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
