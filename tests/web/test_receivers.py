"""Logins and logouts without a browser leave nothing behind and raise nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth import user_logged_in, user_logged_out
from django.test import RequestFactory

from otpguard.models import LoginSession
from otpguard.web.receivers import connect
from tests import factories
from tests.host import Host

pytestmark = pytest.mark.django_db


def test_a_login_without_a_request_or_session_marks_nothing() -> None:
    user = factories.user()
    for request in (None, RequestFactory().get("/")):
        user_logged_in.send(sender=type(user), request=request, user=user)
        user_logged_out.send(sender=type(user), request=request, user=user)
    assert not LoginSession.objects.exists()


def test_connecting_twice_begins_one_session_for_one_login(host: Host) -> None:
    connect()
    before = LoginSession.objects.count()
    host.another_client()
    assert LoginSession.objects.count() == before + 1
