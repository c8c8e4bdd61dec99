"""The store of web sessions, by the project's own SESSION_ENGINE: look one up, end one.

A login session is our record; the web session is what a browser's cookie opens. They are tied by
our mark inside the web session and by the web session's key in our record.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from importlib import import_module
from typing import Any

from django.conf import settings as django_settings
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.contrib.sessions.backends.db import SessionStore as RowStore
from django.db import DatabaseError, router
from django.utils import timezone
from django.utils.crypto import get_random_string

from otpguard.database import alias
from otpguard.models import LoginSession
from otpguard.vault import UndecryptableError

logger = logging.getLogger("otpguard.sessions")

MARK = "otpguard"
"""The key of our mark inside a web session; its `sid` names the login session."""

_PROBE = "otpguard_probe"
_KEY_LENGTH = 32
"""Django's own."""


def carries(session: LoginSession) -> bool:
    """True while a browser can still open this login session."""
    return _carrier(session) is not None


class WebSession(StrEnum):
    """What the store knows about the web session of a login session."""

    THERE = "there"
    GONE = "gone"
    UNKNOWN = "unknown"
    """Nothing says which one it is."""


def web_session_of(session: LoginSession) -> WebSession:
    """Whether the store has a web session under this login session's key, whatever its content.

    Errors of the store pass through, but an engine may hide them: see `store_answers`.
    """
    key = _key_of(session)
    if not key:
        return WebSession.UNKNOWN
    store = _engine()(key)
    store.load()
    # Django takes the key away from what it did not find, or found too old.
    return WebSession.GONE if store.session_key is None else WebSession.THERE


def store_answers() -> bool:
    """True if the store gives back what was just put into it. Leaves nothing there."""
    probe = _engine()()
    probe[_PROBE] = True
    probe.set_expiry(60)
    try:
        probe.create()
    except RuntimeError:  # Django's word for a cache that takes nothing
        return False
    found = bool(_engine()(probe.session_key).get(_PROBE))
    probe.delete()
    return found


def carried(rows: Sequence[LoginSession]) -> set[str]:
    """The ids of those that a browser can still open: one statement where web sessions are in the
    database, one look each into any other store."""
    engine = _engine()
    if not hasattr(engine, "get_model_class"):
        return {row.pk for row in rows if carries(row)}
    keys = {key: row.pk for row in rows if (key := _key_of(row))}
    stored = engine.get_model_class().objects.filter(
        session_key__in=list(keys), expire_date__gt=timezone.now()
    )
    found = stored.values_list("session_key", "session_data")
    marks = {key: engine().decode(data).get(MARK) or {} for key, data in found}
    return {keys[key] for key, mark in marks.items() if mark.get("sid") == keys[key]}


def end_web_session(session: LoginSession) -> None:
    """Delete the web session that carries this login session, so that its browser is logged out.

    Must be called after the commit: an engine with a cache would otherwise refill it from the row
    that is about to go. A web session that now carries another login is left alone. Errors of the
    store pass through.
    """
    carrier = _carrier(session)
    if carrier is not None:
        carrier.delete()


def is_row_of_ours(store: Any) -> bool:  # noqa: ANN401 (the engine's own SessionStore)
    """True where a web session is one row in our database and nothing else, as in Django's `db`
    engine and what extends its model. An engine that saves in its own way has its own reasons."""
    kind = type(store)
    if not issubclass(kind, RowStore) or (kind.save, kind.create) != (
        RowStore.save,
        RowStore.create,
    ):
        return False
    return router.db_for_write(store.model) == alias()


def copy_of(store: Any) -> Any:  # noqa: ANN401 (the engine's own SessionStore)
    """The same content under a new key, stored nowhere yet. For an engine of rows: see
    `is_row_of_ours`."""
    # Django looks first whether one of 36^32 keys is taken; the INSERT tells that as well.
    made = type(store)(get_random_string(_KEY_LENGTH, VALID_KEY_CHARS))
    made._session_cache = dict(store.items())  # noqa: SLF001 (there is nothing to load yet)
    made.modified = True
    return made


def save_in_place_of(store: Any, made: Any) -> None:  # noqa: ANN401 (the engine's own SessionStore)
    """Save what is left in `store` and, beside it, the copy `made`: an UPDATE and an INSERT in the
    caller's transaction, where `made` stays unsaved until it changes.

    Raises UpdateError if the row of `store` is gone.
    """
    left = store.create_model_instance(dict(store.items()))
    try:
        left.save(force_update=True, using=alias())
    except DatabaseError as error:
        raise UpdateError from error
    made.create_model_instance(dict(made.items())).save(force_insert=True, using=alias())


def save_only_changes(store: Any) -> None:  # noqa: ANN401 (the engine's own SessionStore)
    """Let a web session that has just been stored be saved again only with other content: Django
    saves each that was written to, to give out its cookie."""
    content = partial(_content_of, store)
    stored, save = content(), store.save

    def save_changes(must_create: bool = False) -> None:  # noqa: FBT001, FBT002 (as Django's own)
        if must_create or content() != stored:
            save(must_create)

    store.save = save_changes


def _content_of(store: Any) -> bytes:  # noqa: ANN401 (the engine's own SessionStore)
    dumped: bytes = store.serializer().dumps(dict(store.items()))
    return dumped


def _carrier(session: LoginSession) -> Any:  # noqa: ANN401 (the engine's own SessionStore)
    key = _key_of(session)
    if not key:
        return None
    store = _engine()(key)
    mark = store.get(MARK) or {}
    return store if mark.get("sid") == session.pk else None


def _engine() -> Any:  # noqa: ANN401 (the engine's own SessionStore)
    return import_module(django_settings.SESSION_ENGINE).SessionStore


def _key_of(session: LoginSession) -> str:
    kept = session.session_key
    try:
        return kept.reveal() if kept else ""
    except UndecryptableError:
        # The root key it was written under is gone; nothing else says which web session it is.
        logger.warning("the web session of a login of user %s is not known", session.user_id)
        return ""
