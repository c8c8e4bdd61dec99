"""Give the web session of a login a new key, in one commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.sessions.backends.base import UpdateError

from otpguard import sessions
from otpguard.database import transaction
from otpguard.flows.session.login import carried_by


def _nothing() -> None:
    """Writes nothing more."""


def rotate(
    *,
    sid: str,
    old: Any,  # noqa: ANN401 (the engine's own SessionStore)
    new: Any,  # noqa: ANN401 (the engine's own SessionStore)
    beside: Callable[[], None] = _nothing,
) -> bool:
    """Store `new` and what is left in `old`, and note the new key of the login session; all or
    nothing. `beside` writes what belongs to it; it may lock the person.

    False, with nothing written, when the login or the row of `old` was ended meanwhile: then a new
    row would bring the login back. An empty `sid` is a web session without a mark of ours. For an
    engine of rows: see `sessions.is_row_of_ours`. Locks the login session, then the web session.
    """
    try:
        with transaction.atomic():
            beside()
            if sid and not carried_by(sid=sid, session_key=new.session_key):
                transaction.set_rollback(True)
                return False
            sessions.save_in_place_of(old, new)
    except UpdateError:
        return False
    return True
