"""The page docs/frameworks.md: each of its views refuses without a proof, and opens with one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import include, path
from rest_framework.authentication import SessionAuthentication

from otpguard.checks.options import check_settings
from otpguard.core.shipped_kinds import BY_PASSKEY
from otpguard.testing import pass_step_up
from tests import factories
from tests.checks.projects import ours
from tests.docs.pages import modules_of

page = modules_of("frameworks.md")

urlpatterns = [
    path("contacts/", page["acme.exports"].contacts),
    path("invoices/", page["acme.billing"].Invoices.as_view()),
    path("email/", page["acme.billing"].BillingEmail.as_view()),
    path("report/", page["acme.reports"].report),
    path(
        "keys/",
        page["acme.api"].KeyList.as_view(authentication_classes=[SessionAuthentication]),
    ),
    path("security/", include("otpguard.urls")),
]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

BROWSER = {"Accept": "text/html"}
CALLS: dict[str, tuple[str, dict[str, str]]] = {
    "/contacts/": ("get", {}),
    "/invoices/": ("get", {}),
    "/email/": ("post", {"email": "bills@example.com"}),
    "/report/": ("get", {}),
    "/keys/": ("post", {}),
}


@pytest.fixture
def client() -> Client:
    """The browser of an admin of a customer."""
    member = factories.member(factories.tenant(), roles=["admin"])
    return factories.login(Client(), member.user, member.tenant)


def ask(client: Client, url: str, **headers: str) -> Any:
    method, data = CALLS[url]
    return getattr(client, method)(url, data, headers=headers)


@pytest.mark.parametrize("url", CALLS)
def test_a_view_refuses_without_a_proof_and_opens_with_one(client: Client, url: str) -> None:
    assert ask(client, url, **BROWSER).status_code == 303
    refused = ask(client, url, **{"HX-Request": "true"})
    assert refused.status_code == 401
    assert refused.json()["enroll_url"].startswith("http://testserver/security/")
    pass_step_up(client, method=BY_PASSKEY)
    assert ask(client, url, **BROWSER).status_code in {200, 201}


def test_the_settings_of_the_page_pass_the_checks() -> None:
    with override_settings(**ours(**page["acme.settings"].OTPGUARD)):
        assert check_settings() == []


def test_the_admin_of_the_page_asks_before_it_saves(client: Client) -> None:
    source = page["acme.admin"].CustomerAdmin.save_model.__code__.co_names
    assert source.index("require") < source.index("save_model")
