"""Web sessions are found and ended by the project's own engine."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore as RowStore
from django.contrib.sessions.models import Session
from django.test import Client, override_settings

from otpguard import sessions
from otpguard.models import LoginSession
from otpguard.sessions import WebSession
from tests import factories

pytestmark = pytest.mark.django_db

ENGINES = ["db", "cache", "cached_db", "file"]


@pytest.fixture(params=ENGINES)
def engine(request: Any, settings: Any, tmp_path: Any) -> str:
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{request.param}"
    settings.SESSION_FILE_PATH = str(tmp_path)
    return str(request.param)


def logged_in() -> tuple[Client, LoginSession]:
    client = factories.login(Client(), factories.user())
    return client, LoginSession.objects.get(pk=factories.sid_of(client))


def test_a_login_is_carried_until_its_web_session_is_ended(engine: str) -> None:
    client, session = logged_in()
    assert sessions.carries(session)
    sessions.end_web_session(session)
    assert not sessions.carries(session)
    assert "_auth_user_id" not in client.session
    sessions.end_web_session(session)


def test_a_web_session_that_carries_another_login_by_now_is_left_alone(engine: str) -> None:
    client, session = logged_in()
    store: Any = client.session
    store[sessions.MARK] = {**store[sessions.MARK], "sid": "another"}
    store.save()
    assert not sessions.carries(session)
    sessions.end_web_session(session)
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize("key", ["", "nothing-lies-under-this-key"])
def test_a_login_without_a_web_session_is_ended_without_a_fuss(engine: str, key: str) -> None:
    session = factories.session(factories.user(), session_key=key)
    session.refresh_from_db()
    assert not sessions.carries(session)
    sessions.end_web_session(session)


def test_a_key_under_a_retired_root_key_names_nothing() -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": ["old root key " * 3]}):
        _, session = logged_in()
        assert sessions.carries(session)
    with override_settings(OTPGUARD={"ROOT_KEYS": ["new root key " * 3]}):
        assert not sessions.carries(session)
        sessions.end_web_session(session)


def test_the_key_is_not_in_clear_in_the_row() -> None:
    client, session = logged_in()
    key = str(client.session.session_key)
    assert session.session_key.reveal() == key
    assert key not in session.session_key.token
    assert key not in repr(session.session_key)
    assert import_module(django_settings.SESSION_ENGINE).SessionStore(key).exists(key)


def test_a_web_session_is_there_until_it_is_ended_and_unknown_without_a_key(engine: str) -> None:
    _client, session = logged_in()
    assert sessions.web_session_of(session) is WebSession.THERE
    sessions.end_web_session(session)
    assert sessions.web_session_of(session) is WebSession.GONE
    session.session_key = ""
    assert sessions.web_session_of(session) is WebSession.UNKNOWN


def test_a_store_that_gives_back_what_it_took_answers_and_keeps_nothing(engine: str) -> None:
    assert sessions.store_answers()
    assert not Session.objects.exists() or engine not in {"db", "cached_db"}


def test_a_cache_that_takes_nothing_does_not_answer(settings: Any) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert not sessions.store_answers()


class Extended(RowStore):
    """As Django's documentation extends the engine of rows."""

    def create_model_instance(self, data: Any) -> Session:
        row: Session = super().create_model_instance(data)
        return row


class Careful(RowStore):
    """Does something of its own when it saves."""

    def save(self, must_create: bool = False) -> None:
        super().save(must_create)


def test_only_engines_of_plain_rows_are_moved_as_rows(engine: str) -> None:
    made = import_module(django_settings.SESSION_ENGINE).SessionStore()
    assert sessions.is_row_of_ours(made) == (engine == "db")
    assert sessions.is_row_of_ours(Extended())
    assert not sessions.is_row_of_ours(Careful())


def test_rows_in_another_database_are_not_ours(settings: Any) -> None:
    settings.DATABASE_ROUTERS = [Elsewhere()]
    assert not sessions.is_row_of_ours(RowStore())


class Elsewhere:
    """Sends web sessions to a database of their own."""

    def db_for_write(self, model: Any, **_: object) -> str | None:
        return "sessions" if model is Session else None


def test_a_copy_has_the_content_under_a_key_of_its_own() -> None:
    store = RowStore()
    store["cart"] = [1]
    store.create()
    made = sessions.copy_of(store)
    assert dict(made.items()) == {"cart": [1]}
    assert made.modified
    assert len(made.session_key) == len(store.session_key)
    assert made.session_key != store.session_key
    assert Session.objects.count() == 1, "stored nowhere yet"
