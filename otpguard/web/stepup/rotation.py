"""Give a login session a new key after a step-up, without losing requests on their way (C3).

The session is copied under a new key together with its mark. The old key stays for ten seconds as
a tombstone without the mark: a stolen old cookie is never elevated, and late requests keep working.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest
from django_otp import DEVICE_ID_SESSION_KEY

from otpguard import sessions
from otpguard.flows.session.rotate import rotate
from otpguard.http import login
from otpguard.http import session as mark_in_session
from otpguard.http.otp import STAMP
from otpguard.http.session import KEY, TOMBSTONE
from otpguard.store_errors import STORE_ERRORS

TOMBSTONE_LIFE = timedelta(seconds=10)

logger = logging.getLogger("otpguard.sessions")


def _nothing() -> None:
    """Writes nothing more into the session."""


def rotate_session(
    request: HttpRequest,
    *,
    then: Callable[[], None] = _nothing,
    beside: Callable[[], None] = _nothing,
) -> bool:
    """Replace `request.session` by a copy under a new key; the response carries its cookie.

    Saves the tombstone at once and notes the new key, by which the login can be ended from
    elsewhere. `then` writes into the new session what belongs to the proof, `beside` into our own
    tables. False when the login was ended: then the browser is logged out, whatever it has proven.
    Does nothing but these two for a session that was never stored.

    Where web sessions are rows of our database, all of this is one commit.
    """
    old: Any = request.session
    if old.session_key and sessions.is_row_of_ours(old):
        return _rotate_rows(request, old, then, beside)
    if old.session_key and not _rotate_in_steps(request, old):
        return False
    then()
    beside()
    return True


def _rotate_rows(
    request: HttpRequest,
    old: Any,  # noqa: ANN401 (the engine's own SessionStore)
    then: Callable[[], None],
    beside: Callable[[], None],
) -> bool:
    session = request.session = sessions.copy_of(old)
    if KEY in session:
        mark_in_session.update_key(request)
    then()
    sid = mark_in_session.carried(request)
    _strip(old)
    try:
        kept = rotate(sid=sid, old=old, new=session, beside=beside)
    except Exception:
        request.session = old
        _bury_alone(old)
        raise
    if not kept:
        request.session = old
        old.flush()
        return False
    sessions.save_only_changes(session)
    return True


def _rotate_in_steps(request: HttpRequest, tombstone: Any) -> bool:  # noqa: ANN401 (as above)
    """The same for any other store, which knows no transaction with our rows."""
    carried = dict(tombstone.items())
    _strip(tombstone)
    try:
        tombstone.save()
    except UpdateError:
        # Its row has been deleted: a copy would bring the login back.
        tombstone.flush()
        return False
    session = type(tombstone)()
    session.create()
    session.update(carried)
    session.save()
    session.modified = True
    request.session = session
    if KEY in session:
        login.follow(request)
    return bool(session.session_key)


def _strip(session: Any) -> None:  # noqa: ANN401 (as above)
    """Leave the session without what was proven, for ten seconds."""
    for key in (KEY, DEVICE_ID_SESSION_KEY, STAMP):
        session.pop(key, None)
    session[TOMBSTONE] = True
    session.set_expiry(int(TOMBSTONE_LIFE.total_seconds()))


def _bury_alone(tombstone: Any) -> None:  # noqa: ANN401 (as above)
    """Without a new key there must be no old one either that is elevated now."""
    try:
        tombstone.save()
    except (UpdateError, *STORE_ERRORS):
        logger.exception("a web session could not be buried")
