"""Sign out elsewhere: end every other login of the same person, wherever its browser is."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from otpguard import sessions
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.revoke import end_session, log_out
from otpguard.models import LoginSession


def end_others(*, facts: RequestFacts, reason: str = "signed out elsewhere") -> int:
    """End the person's other login sessions with grants and open challenges; returns how many.

    Their browsers are logged out right after the commit, also those that an earlier try ended and
    did not reach. Locks the person's open sessions, so of two browsers that end each other one
    wins. Raises NotAllowed, with nothing ended, unless the caller's own login session is open: a
    stolen one that was ended, or a bearer token, throws nobody out.
    """
    with transaction.atomic():
        mine = LoginSession.objects.open_of(facts.user).order_by("pk").select_for_update()
        rows = list(mine)
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
    """The person's login sessions that a browser still carries, the newest first.

    A read for pages: one statement, and one look into the session store for each. An expired web
    session leaves its row open, so the rows alone would tell too much.
    """
    mine = LoginSession.objects.open_of(facts.user)
    return [row for row in mine if row.pk == facts.sid or sessions.carries(row)]


def _reach(user: str) -> None:
    for sid in list(LoginSession.objects.unreached_of(user).values_list("pk", flat=True)):
        log_out(sid=sid)
