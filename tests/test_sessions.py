"""Web sessions are found and ended by the project's own engine."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from otpguard import sessions
from otpguard.models import LoginSession
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
    sessions.end(session)
    assert not sessions.carries(session)
    assert "_auth_user_id" not in client.session
    sessions.end(session)


def test_a_web_session_that_carries_another_login_by_now_is_left_alone(engine: str) -> None:
    client, session = logged_in()
    store: Any = client.session
    store[sessions.MARK] = {**store[sessions.MARK], "sid": "another"}
    store.save()
    assert not sessions.carries(session)
    sessions.end(session)
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize("key", ["", "nothing-lies-under-this-key"])
def test_a_login_without_a_web_session_is_ended_without_a_fuss(engine: str, key: str) -> None:
    session = factories.session(factories.user(), session_key=key)
    session.refresh_from_db()
    assert not sessions.carries(session)
    sessions.end(session)


def test_a_key_under_a_retired_root_key_names_nothing() -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": ["old root key " * 3]}):
        _, session = logged_in()
        assert sessions.carries(session)
    with override_settings(OTPGUARD={"ROOT_KEYS": ["new root key " * 3]}):
        assert not sessions.carries(session)
        sessions.end(session)


def test_the_key_is_not_in_clear_in_the_row() -> None:
    client, session = logged_in()
    key = str(client.session.session_key)
    assert session.session_key.reveal() == key
    assert key not in session.session_key.token
    assert key not in repr(session.session_key)
    assert import_module(django_settings.SESSION_ENGINE).SessionStore(key).exists(key)
