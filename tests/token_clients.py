"""An app with tokens of simplejwt, and its person's browser; `tests.client_host` has the views."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest
from django.test import Client
from rest_framework_simplejwt.serializers import api_settings

from otpguard.models import Factor, Tenant
from otpguard.tenants.directory import SessionDirectory
from tests import client_host, factories
from tests.stepup import step_up

RETURN_URL = "com.example.crm:/confirmed"
OTHER_RETURN_URL = "https://crm.example.com/confirmed?from=browser"
PASSWORD = "a long password of the tests"


class ByHeaderOrSession(SessionDirectory):
    """The tenant that an app names in a header, and that of the web session for a browser."""

    def tenant_for(self, request: HttpRequest) -> str:
        return request.META.get("HTTP_X_TENANT") or super().tenant_for(request)


@dataclass
class App:
    """One login of an app. `call_id` is that of its first call which was refused."""

    tenant: Tenant
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    call_id: str = ""

    def call(self, url: str = "/billing/", *, code: str = "", **data: Any) -> Any:
        """The answer to a POST with the access token."""
        headers = {"X-Tenant": str(self.tenant.pk), "Authorization": f"Bearer {self.access}"}
        if code:
            headers |= {"Otpguard-Code": code, "Otpguard-Call": self.call_id}
        answer = Client().post(url, data, content_type="application/json", headers=headers)
        if answer.status_code == 401:
            self.call_id = self.call_id or answer.json().get("call_id", "")
        return answer

    def renew(self) -> Any:
        """Use the refresh token; the answer."""
        answer = post("/token/refresh/", refresh=self.refresh)
        if answer.status_code == 200:
            self.access = answer.json()["access"]
            self.refresh = answer.json().get("refresh", self.refresh)
        return answer


@dataclass
class Person:
    """A member with a phone who uses an app and a browser."""

    user: AbstractUser
    tenant: Tenant
    factor: Factor

    def app(self) -> App:
        """A new login of the app, by password."""
        got = post("/token/", username=self.user.get_username(), password=PASSWORD)
        assert got.status_code == 200, got.content
        return App(self.tenant, **got.json())

    def browser(self) -> Client:
        """A browser in which the person is logged in."""
        return factories.login(Client(headers={"Accept": "text/html"}), self.user, self.tenant)


def post(url: str, **data: Any) -> Any:
    """The answer to a POST of JSON, without a token."""
    return Client().post(url, data, content_type="application/json")


def set_jwt(monkeypatch: pytest.MonkeyPatch, **options: bool) -> None:
    """Set options of simplejwt, which keeps those that it was imported with."""
    for name, value in options.items():
        monkeypatch.setattr(api_settings, name, value)


def person(settings: Any) -> Person:
    """See Person."""
    settings.ROOT_URLCONF = "tests.client_host"
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "TENANT_DIRECTORY": "tests.token_clients.ByHeaderOrSession",
        "CLIENT_RETURN_URLS": [RETURN_URL, OTHER_RETURN_URL],
        "POLICY_DEFAULTS": {"api_key": {"binds_intent": True}},
    }
    client_host.ran.clear()
    tenant = factories.tenant()
    user = factories.member(tenant, roles=["admin"]).user
    user.set_password(PASSWORD)
    user.save()
    return Person(user, tenant, factories.phone_factor(user))


def confirm(browser: Client, url: str) -> str:
    """Open the page that an app was given, confirm with the phone; the code on the last page."""
    path = urlsplit(url).path
    page = browser.get(path)
    assert page.status_code == 200, (page.status_code, page.content[:300])
    begun = browser.post(path)
    assert begun.status_code == 303, (begun.status_code, begun.content[:300])
    return code_on(step_up(browser, begun["Location"]))


def code_on(page: Any) -> str:
    """The code in the link back to the app."""
    found = re.search(r'href="([^"]*otpguard_code=[^"]*)"', page.content.decode())
    assert found, page.content.decode()[-1500:]
    return parse_qs(urlsplit(unescape(found[1])).query)["otpguard_code"][0]
