"""Our mark in the web session."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from django.contrib.auth import HASH_SESSION_KEY

from otpguard.core.assurance import Primary
from otpguard.http import session
from otpguard.http.session import KEY, NO_MARK
from tests import factories
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


def test_the_mark_of_a_login_says_how_and_when(host: Host) -> None:
    mark = session.read(request_of(host), str(host.user.pk))
    assert mark.sid == factories.sid_of(host.client)
    assert mark.primary is Primary.PASSWORD
    assert mark.authenticated_at is not None
    assert mark.authenticated_at.tzinfo is UTC


def test_without_a_login_there_is_no_mark(host: Host) -> None:
    assert session.read(request_of(None), str(host.user.pk)) == NO_MARK
    assert session.read(request_of(host), "") == NO_MARK


def test_the_mark_of_another_user_is_none(host: Host) -> None:
    request = request_of(host)
    assert session.read(request, str(factories.user().pk)) == NO_MARK
    assert session.read(request, str(host.user.pk)) != NO_MARK


def test_a_changed_password_ends_the_mark(host: Host) -> None:
    request = request_of(host)
    request.session[HASH_SESSION_KEY] = "the hash after the change"
    assert session.read(request, str(host.user.pk)) == NO_MARK


@pytest.mark.parametrize("key", ["hijack_history", "_impersonate", "loginas_from_user"])
def test_somebody_acting_as_somebody_else_is_never_fresh(host: Host, key: str) -> None:
    request = request_of(host)
    assert not session.is_impersonated(request)
    request.session[key] = ["7"]
    mark = session.read(request, str(host.user.pk))
    assert session.is_impersonated(request)
    assert mark.sid == factories.sid_of(host.client)
    assert (mark.primary, mark.authenticated_at) == (Primary.NONE, None)


def test_the_keys_of_impersonation_are_a_setting(host: Host, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "IMPERSONATION_KEYS": ["acting_for"]}
    request = request_of(host)
    request.session["_impersonate"] = 7
    assert not session.is_impersonated(request)
    request.session["acting_for"] = 7
    assert session.is_impersonated(request)


def test_a_written_mark_is_read_back_and_replaces_the_older(host: Host) -> None:
    request = request_of(host)
    unseen = factories.session(host.user, authenticated_at=None, primary="sso")
    session.write(request, unseen)
    mark = session.read(request, str(host.user.pk))
    assert (mark.sid, mark.primary, mark.authenticated_at) == (unseen.sid, Primary.SSO, None)


def test_the_mark_holds_no_password_hash(host: Host) -> None:
    stored = host.client.session
    assert host.user.password not in str(dict(stored.items()))
    assert stored[KEY]["hash"] == stored[HASH_SESSION_KEY], "Django's own keyed digest of it"


def test_a_key_that_django_changed_is_noticed_once_it_was_written(host: Host) -> None:
    request = request_of(host)
    assert not session.is_moved(request)
    request.session["note"] = "x"
    assert not session.is_moved(request), "the same key"
    request.session.cycle_key()
    assert session.is_moved(request)
    session.update_key(request)
    assert not session.is_moved(request)


def test_neither_a_tombstone_nor_a_visitor_nor_a_missing_session_is_moved(host: Host) -> None:
    request = request_of(host)
    request.session.cycle_key()
    request.session[session.TOMBSTONE] = True
    assert not session.is_moved(request)
    visitor = request_of(None)
    visitor.session["note"] = "x"
    assert not session.is_moved(visitor)
    del visitor.session
    assert not session.is_moved(visitor)


def test_a_mark_of_an_older_release_is_brought_up_to_date(host: Host) -> None:
    request = request_of(host)
    del request.session[KEY]["key"]
    request.session.modified = True
    assert session.is_moved(request)


def test_the_mark_does_not_hold_the_key_that_opens_the_session(host: Host) -> None:
    kept = host.client.session
    assert str(kept.session_key) not in str(dict(kept.items()))


def test_the_sid_is_told_whether_or_not_the_mark_counts(host: Host) -> None:
    request = request_of(host)
    request.session[HASH_SESSION_KEY] = "the hash after the change"
    assert session.carried(request) == factories.sid_of(host.client)
    assert session.carried(request_of(None)) == ""


def test_a_rotated_secret_key_keeps_the_mark_and_gives_it_the_new_hash(
    host: Host, settings: Any
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next one"
    request = request_of(host)
    request.session[HASH_SESSION_KEY] = host.user.get_session_auth_hash()
    assert session.read(request, str(host.user.pk)) != NO_MARK
    session.update_key(request)
    settings.SECRET_KEY_FALLBACKS = []
    assert session.read(request, str(host.user.pk)) != NO_MARK


def test_an_older_secret_key_does_not_bring_an_older_password_back(
    host: Host, settings: Any
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next one"
    host.user.set_password("another password")
    request = request_of(host)
    request.user = host.user
    request.session[HASH_SESSION_KEY] = host.user.get_session_auth_hash()
    session.update_key(request)
    assert session.read(request, str(host.user.pk)) == NO_MARK
