"""allauth's headless API: the app client confirms in a browser; its reset is refused. With the real
package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from otpguard.checks.urls import check_urls
from otpguard.models import Event, LoginSession, ResetRequest
from tests.store_down import store_down
from tests.token_clients import PASSWORD, Person, confirm, person

pytest.importorskip("allauth")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who(settings: Any) -> Iterator[Person]:
    made = person(settings)
    middleware = "allauth.account.middleware.AccountMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, middleware]
    allauth = ("allauth", "allauth.account", "allauth.headless")
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, *allauth]
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "allauth.account.auth_backends.AuthenticationBackend",
    ]
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    settings.ROOT_URLCONF = "tests.headless_host"
    emails = apps.get_model("account", "EmailAddress")
    with connection.schema_editor() as editor:
        editor.create_model(emails)
    yield made
    with connection.schema_editor() as editor:
        editor.delete_model(emails)


def log_in(who: Person) -> str:
    """The token of a new login of the app."""
    got = Client().post(
        "/_allauth/app/v1/auth/login",
        {"username": who.user.get_username(), "password": PASSWORD},
        content_type="application/json",
    )
    assert got.status_code == 200, got.content
    token: str = got.json()["meta"]["session_token"]
    return token


def call(who: Person, token: str, *, code: str = "", asked: Any = None) -> Any:
    headers = {"X-Tenant": str(who.tenant.pk), "X-Session-Token": token}
    if code:
        headers |= {"Otpguard-Code": code, "Otpguard-Call": asked.json()["call_id"]}
    return Client().post("/billing/", headers=headers)


def test_the_person_of_an_app_confirms_in_a_browser(who: Person) -> None:
    token, other = log_in(who), log_in(who)
    refused = call(who, token)
    assert refused.status_code == 401
    code = confirm(who.browser(), refused.json()["browser_url"])
    assert call(who, other, code=code, asked=refused).status_code == 401, "another login"
    assert call(who, token).status_code == 401
    assert call(who, token, code=code, asked=refused).status_code == 200
    assert call(who, token).status_code == 200
    assert call(who, other).status_code == 401


def test_a_token_that_is_none_is_nobody(who: Person) -> None:
    assert call(who, "nothing").status_code in {401, 403}


def test_a_login_that_was_ended_opens_nothing(who: Person) -> None:
    token = log_in(who)
    logins = LoginSession.objects.filter(user=who.user)
    sid = logins.get().pk
    asked = call(who, token)
    code = confirm(who.browser(), asked.json()["browser_url"])
    assert call(who, token, code=code, asked=asked).status_code == 200
    logins.filter(pk=sid).update(ended_at=timezone.now())
    refused = call(who, token)
    assert refused.status_code in {401, 403}
    assert "browser_url" not in refused.json()


def test_while_the_store_is_down_nobody_passes(who: Person) -> None:
    token = log_in(who)
    with store_down():
        assert call(who, token).status_code in {500, 503}


@pytest.mark.parametrize("client", ["app", "browser"])
@pytest.mark.parametrize("step", ["request", "reset"])
def test_its_reset_leads_to_a_browser(who: Person, client: str, step: str) -> None:
    url = f"/_allauth/{client}/v1/auth/password/{step}"
    data = {"email": who.user.email, "key": "1-abc", "password": "another long password"}
    refused = Client().post(url, data, content_type="application/json")
    assert refused.status_code == 403
    told = refused.json()
    assert told["errors"][0]["code"] == "password_reset_in_browser"
    assert told["browser_url"] == "http://testserver/accounts/password/reset/"
    assert Client().get(url, headers={"X-Password-Reset-Key": "1-abc"}).status_code == 403
    assert not ResetRequest.objects.exists()
    who.user.refresh_from_db()
    assert who.user.check_password(PASSWORD)


def test_its_login_is_a_login_session(who: Person) -> None:
    log_in(who)
    started = Event.objects.filter(kind="session.started").last()
    assert started is not None
    assert '"primary":"password"' in started.body.replace(" ", "")


def test_a_reset_beside_ours_is_an_error(who: Person, settings: Any) -> None:
    assert "otpguard.E232" not in {each.id for each in check_urls()}
    settings.ROOT_URLCONF = "tests.open_headless_host"
    (found,) = (each for each in check_urls() if each.id == "otpguard.E232")
    assert "headless:app:account:reset_password" in found.msg
