"""The page docs/access-tokens.md: its views refuse a weak sign-in, and open to a strong one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import include, path

from tests import factories
from tests.docs.pages import modules_of
from tests.oidc_server import Provider, oidc_server
from tests.tokens import token_host

page = modules_of("access-tokens.md")

urlpatterns = [
    path("api/plan/", page["acme.api"].Plan.as_view()),
    path("plan/", page["acme.api"].plan),
    path("security/", include("otpguard.urls")),
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> Iterator[Provider]:
    """An authorization server of its own."""
    with oidc_server() as running:
        yield running


@pytest.mark.parametrize("url", ["/api/plan/", "/plan/"])
def test_a_view_takes_a_strong_sign_in_alone(provider: Provider, settings: Any, url: str) -> None:
    host = token_host(provider, settings)
    settings.ROOT_URLCONF = __name__
    done = host.call(url)
    assert (done.status_code, done.json()) == (200, {"changed_by": host.user.pk, "through": "app"})
    assert host.call(url, acr="0").status_code == 401


def test_the_function_finds_a_person_by_their_subject(db: None) -> None:
    person = factories.user()
    by_subject = page["acme.people"].by_subject
    assert by_subject("https://login.example.com", person.get_username()) == person
    assert by_subject("https://login.example.com", "nobody-here") is None
