"""The store of web sessions, by the project's own SESSION_ENGINE: is one still there, end one.

A login session is our record; the web session is what a browser's cookie opens. They are tied by
our mark inside the web session and by the web session's key in our record.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from django.conf import settings as django_settings

from otpguard.models import LoginSession
from otpguard.vault import UndecryptableError

logger = logging.getLogger("otpguard.sessions")

MARK = "otpguard"
"""The key of our mark inside a web session; its `sid` names the login session."""


def carries(session: LoginSession) -> bool:
    """True while a browser can still open this login session."""
    return _carrier(session) is not None


def end(session: LoginSession) -> None:
    """Delete the web session that carries this login session, so that its browser is logged out.

    To be called after the commit: an engine that keeps a copy in a cache would fill it again from
    what is not yet gone. A web session that carries another login by now is left alone. What the
    store raises passes through.
    """
    carrier = _carrier(session)
    if carrier is not None:
        carrier.delete()


def _carrier(session: LoginSession) -> Any:  # noqa: ANN401 (the engine's own SessionStore)
    key = _key_of(session)
    if not key:
        return None
    store = import_module(django_settings.SESSION_ENGINE).SessionStore(key)
    mark = store.get(MARK) or {}
    return store if mark.get("sid") == session.pk else None


def _key_of(session: LoginSession) -> str:
    kept = session.session_key
    try:
        return kept.reveal() if kept else ""
    except UndecryptableError:
        # The root key it was written under is gone; nothing else says which web session it is.
        logger.warning("the web session of a login of user %s is not known", session.user_id)
        return ""
