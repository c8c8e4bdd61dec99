"""SESSION_SAVE_EVERY_REQUEST: Django saves a session again that was rotated away meanwhile."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory

from otpguard.http.session import KEY, TOMBSTONE
from otpguard.middleware import OtpguardMiddleware
from otpguard.web.stepup.rotation import rotate_session
from tests.host import Host
from tests.http.asking import request_of

COOKIE = django_settings.SESSION_COOKIE_NAME
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _every_request(settings: Any) -> None:
    settings.SESSION_SAVE_EVERY_REQUEST = True


def store(key: str | None) -> Any:
    return import_module(django_settings.SESSION_ENGINE).SessionStore(key)


def late(old: str, view: Any) -> HttpResponse:
    """A request by the old cookie, answered by `view`."""
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = old
    answered = SessionMiddleware(OtpguardMiddleware(view))(request)
    assert isinstance(answered, HttpResponse)
    return answered


def rotate(host: Host) -> tuple[str, str]:
    """Give the session of `host` a new key; the old one and the new one."""
    request = request_of(host)
    old = request.session.session_key
    rotate_session(request)
    return str(old), str(request.session.session_key)


def test_a_late_request_does_not_bring_the_old_session_back(host: Host) -> None:
    old = host.client.cookies[COOKIE].value

    def view(request: HttpRequest) -> HttpResponse:
        assert KEY in request.session  # it was read, and then rotated away
        rotate(host)
        return HttpResponse("late")

    answered = late(old, view)
    assert COOKIE not in answered.cookies, "the new cookie stays"
    assert TOMBSTONE in store(old)
    assert KEY not in store(old)


def test_a_request_that_comes_after_the_rotation_leaves_the_new_cookie_alone(host: Host) -> None:
    old, new = rotate(host)
    answered = late(old, lambda _request: HttpResponse("later"))
    assert COOKIE not in answered.cookies
    assert KEY in store(new)


def test_any_other_session_is_saved_as_the_project_says(host: Host) -> None:
    key = host.client.cookies[COOKIE].value
    answered = late(key, lambda _request: HttpResponse("ordinary"))
    assert answered.cookies[COOKIE].value == key


def test_an_async_project_is_served_alike(host: Host) -> None:
    async def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("async")

    request = AsyncRequestFactory().get("/")
    request.session = store(host.client.cookies[COOKIE].value)
    answered = async_to_sync(OtpguardMiddleware(view))(request)
    assert answered.content == b"async"
