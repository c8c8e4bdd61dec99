"""Sign out elsewhere: end every other login of the same person, wherever its browser is."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from otpguard import sessions
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.flows.lock_order import lock_person
from otpguard.flows.session.revoke import end_session, log_out
from otpguard.models import LoginSession, TokenLogin

LOOKED_AT = 100
"""How many login sessions a page looks up; a robot's account may have thousands."""


def end_others(*, facts: RequestFacts, reason: str = "signed out elsewhere") -> int:
    """End the person's other login sessions with grants and open challenges; returns how many.

    Their browsers are logged out right after the commit, also those that an earlier call ended but
    did not log out. Locks the person, so that two browsers cannot end each other. Raises
    NotAllowed, with nothing ended, unless the caller's own login session is open: a stolen login
    that was ended, or a bearer token, cannot end sessions. Known devices stay known.
    """
    with transaction.atomic():
        lock_person(facts.user)
        rows = list(LoginSession.objects.open_of(facts.user).order_by("pk"))
        if not facts.sid or facts.sid not in {row.pk for row in rows}:
            raise NotAllowed(str(_("This login has ended. Log in again.")))
        ended = [
            end_session(facts=facts, session=row, reason=reason)
            for row in rows
            if row.pk != facts.sid
        ]
        transaction.on_commit(partial(_reach, facts.user))
    return sum(ended)


def open_sessions(*, facts: RequestFacts) -> list[LoginSession]:
    """The person's login sessions that a browser or an app still carries, the newest first, of the
    newest LOOKED_AT.

    A read for pages. An expired web session leaves its row open, so the rows alone would tell too
    much; they are looked up in the store of web sessions together.
    """
    mine = list(LoginSession.objects.open_of(facts.user).order_by("-started_at")[:LOOKED_AT])
    carried = sessions.carried(mine)
    if any(not row.session_key for row in mine):
        live = TokenLogin.objects.live_of(facts.user, now=facts.now)
        carried |= set(live.values_list("session_id", flat=True))
    return [row for row in mine if row.pk == facts.sid or row.pk in carried]


def _reach(user: str) -> None:
    for sid in list(LoginSession.objects.unreached_of(user).values_list("pk", flat=True)):
        log_out(sid=sid)
