"""The back end opens nothing by itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from otpguard.contrib.single_sign_on import SingleSignOnBackend
from otpguard.web.federation.callback import BACKEND
from tests import factories


@pytest.mark.django_db
def test_a_right_password_opens_nothing_by_it(settings: Any) -> None:
    settings.AUTHENTICATION_BACKENDS = [BACKEND]
    user = factories.user()
    request = RequestFactory().get("/")
    shown = {"username": user.username, "password": factories.PASSWORD}
    assert authenticate(request, **shown) is None
    assert asyncio.run(SingleSignOnBackend().aauthenticate(request, **shown)) is None
    assert SingleSignOnBackend().get_user(user.pk) == user
