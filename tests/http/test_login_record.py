"""What a login proves: by its back end's name, or by the record that the back end keeps itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import auth
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory, override_settings
from django.utils import timezone

from otpguard.conf.people.login_backends import ALLAUTH
from otpguard.core.assurance import Primary
from otpguard.http.login_record import (
    ALLAUTH_METHODS,
    ALLAUTH_USER,
    login_names,
    primary_of,
    typed_names,
)
from otpguard.http.session import KEY
from tests import factories

COLLECTED = timezone.now().timestamp()
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


class Links(ModelBackend):
    """A subclass that asks for no password."""


def request_with(**session: Any) -> HttpRequest:
    request = RequestFactory().post("/login/")
    request.session = SessionStore()
    request.session.update(session)
    return request


def proven(*steps: Any, user: str = "7", **session: Any) -> Primary:
    """What a login by allauth proves whose record has these steps."""
    request = request_with(**{ALLAUTH_METHODS: list(steps), **session})
    return primary_of(request, ALLAUTH, user=user, now=timezone.now())


def step(method: str, *, age: float = 3, **more: Any) -> dict[str, Any]:
    return {"method": method, "at": timezone.now().timestamp() - age, **more}


@pytest.mark.parametrize(
    ("backend", "primary"),
    [
        (MODEL_BACKEND, Primary.PASSWORD),
        ("django.contrib.auth.backends.RemoteUserBackend", Primary.SSO),
        (f"{__name__}.Links", Primary.NONE),
        ("somebody.elses.MagicLink", Primary.NONE),
        ("", Primary.NONE),
    ],
)
def test_a_back_end_counts_by_its_own_name(backend: str, primary: Primary) -> None:
    assert primary_of(request_with(), backend, user="7", now=timezone.now()) is primary


def test_the_setting_adds_to_the_table_and_goes_before_it() -> None:
    given = {"host.Sso": "sso", MODEL_BACKEND: "none", ALLAUTH: "sso"}
    with override_settings(OTPGUARD={"LOGIN_BACKENDS": given}):
        for backend, primary in given.items():
            found = primary_of(request_with(), backend, user="7", now=timezone.now())
            assert found.value == primary


@pytest.mark.parametrize(
    ("steps", "primary"),
    [
        ([step("password")], Primary.PASSWORD),
        ([step("socialaccount", provider="google")], Primary.SSO),
        ([step("password"), step("mfa", type="totp")], Primary.PASSWORD),
        ([step("code")], Primary.NONE),
        ([step("password"), step("code")], Primary.NONE),
        ([step("password_reset")], Primary.NONE),
        ([step("password", age=5), step("mfa", passwordless=True)], Primary.NONE),
        ([step("mfa", type="webauthn")], Primary.NONE),
        ([step("password", age=601)], Primary.NONE),
        ([step("password", age=-3600)], Primary.NONE),
        ([step("password", reauthenticated=True)], Primary.NONE),
        ([{"method": "password"}], Primary.NONE),
        ([{"method": ["password"], "at": 1}], Primary.NONE),
        (["password"], Primary.NONE),
        ([], Primary.NONE),
    ],
)
def test_allauths_own_record_says_how_this_login_was_done(
    steps: list[Any], primary: Primary
) -> None:
    # They were made when the tests were collected, which may be long ago.
    late = timezone.now().timestamp() - COLLECTED
    now = [
        {**each, "at": each["at"] + late}
        if isinstance(each, dict) and isinstance(each.get("at"), float)
        else each
        for each in steps
    ]
    assert proven(*now) is primary


def test_the_record_of_somebody_else_counts_for_nobody() -> None:
    assert proven(step("password"), **{ALLAUTH_USER: "7"}) is Primary.PASSWORD
    assert proven(step("password"), **{ALLAUTH_USER: "8"}) is Primary.NONE


def test_what_is_no_record_proves_nothing() -> None:
    request = request_with(**{ALLAUTH_METHODS: {"method": "password"}})
    assert primary_of(request, ALLAUTH, user="7", now=timezone.now()) is Primary.NONE


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["password", "code"])
def test_a_real_login_takes_the_record_along(method: str) -> None:
    user = factories.user()
    request = request_with(**{ALLAUTH_METHODS: [step(method)]})
    request.user = AnonymousUser()
    auth.login(request, user, backend=ALLAUTH)
    expected = Primary.PASSWORD if method == "password" else Primary.NONE
    assert request.session[KEY]["primary"] == expected.value


@pytest.mark.django_db
def test_a_person_has_the_login_name_and_the_e_mail_address_to_type() -> None:
    user = factories.user("kim", email="kim@example.com")
    assert login_names(user) == ("kim", "kim@example.com")
    user.email = ""
    assert login_names(user) == ("kim",)
    assert login_names(AnonymousUser()) == ()


@pytest.mark.parametrize(
    ("credentials", "names"),
    [
        ({"username": "kim", "password": "***"}, ("kim",)),
        ({"email": "kim@example.com", "password": "***"}, ("kim@example.com",)),
        ({"login": "kim", "password": "***"}, ("kim",)),
        ({"username": "kim"}, ()),
        ({"token": "***"}, ()),
        ({"username": None, "password": "***"}, ()),
        ({"username": ["kim"], "password": "***"}, ()),
    ],
)
def test_a_name_counts_only_beside_a_password(credentials: Any, names: Any) -> None:
    assert tuple(dict.fromkeys(typed_names(credentials))) == names
