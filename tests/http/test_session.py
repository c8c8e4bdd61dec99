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
