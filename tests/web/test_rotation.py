"""A step-up gives the session a new key and leaves the old one harmless (C3)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.test import RequestFactory
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from otpguard.http.otp import STAMP
from otpguard.http.session import KEY, TOMBSTONE
from otpguard.web.rotation import TOMBSTONE_LIFE, rotate
from tests import factories

pytestmark = pytest.mark.django_db


def store(key: str | None = None) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


@pytest.fixture
def request_() -> Any:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    session = store()
    session.update({KEY: {"sid": "s"}, "cart": [1, 2], DEVICE_ID_SESSION_KEY: "otp/1"})
    session.create()
    session.update({KEY: {"sid": "s"}, "cart": [1, 2], DEVICE_ID_SESSION_KEY: "otp/1", STAMP: {}})
    session.save()
    request.session = session
    return request


def test_everything_moves_under_a_new_key(request_: Any) -> None:
    old = request_.session.session_key
    rotate(request_)
    assert request_.session.session_key != old
    assert dict(store(request_.session.session_key).items()) == {
        KEY: {"sid": "s"},
        "cart": [1, 2],
        DEVICE_ID_SESSION_KEY: "otp/1",
        STAMP: {},
    }
    assert request_.session.modified, "so that the response carries the new cookie"


def test_the_old_key_stays_ten_seconds_without_what_was_proven(request_: Any) -> None:
    old = request_.session.session_key
    rotate(request_)
    left = store(old)
    assert KEY not in left
    assert DEVICE_ID_SESSION_KEY not in left
    assert STAMP not in left
    assert left["cart"] == [1, 2]
    assert left[TOMBSTONE] is True
    assert left.get_expiry_age() == TOMBSTONE_LIFE.total_seconds()


def test_the_new_session_lives_as_long_as_before(request_: Any) -> None:
    age = request_.session.get_expiry_age()
    rotate(request_)
    assert request_.session.get_expiry_age() == age


def test_a_session_that_was_never_stored_is_left_alone() -> None:
    request = RequestFactory().get("/")
    request.session = store()  # type: ignore[attr-defined]
    rotate(request)
    assert Session.objects.count() == 0


def test_the_login_can_be_ended_under_its_new_key(request_: Any) -> None:
    session = factories.session(factories.user(), sid="s", session_key="old")
    rotate(request_)
    session.refresh_from_db()
    assert session.session_key.reveal() == request_.session.session_key


def test_a_login_that_was_ended_meanwhile_does_not_live_on_in_the_copy(request_: Any) -> None:
    factories.session(factories.user(), sid="s", ended_at=timezone.now())
    rotate(request_)
    assert dict(request_.session.items()) == {}
    assert [KEY in store(row.session_key) for row in Session.objects.all()] == [False]
