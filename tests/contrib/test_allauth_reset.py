"""allauth's own URLs lead to a reset that asks for the factor. With the real package."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.models import Event, ResetRequest
from tests import factories
from tests.resetting import (
    NEW_PASSWORD,
    follow,
    link_to,
    prove,
    set_password,
    work_off,
)

pytest.importorskip("allauth")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def host(settings: Any) -> None:
    middleware = "allauth.account.middleware.AccountMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, middleware]
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "allauth", "allauth.account"]
    settings.ROOT_URLCONF = "tests.allauth_host"


def asked(client: Client, email: str) -> str:
    """Ask on the page that allauth's templates link to; the link that came."""
    answer = client.post(reverse("account_reset_password"), {"email": email})
    assert answer.status_code == 303, answer.content[:500]
    assert answer["Location"] == reverse("account_reset_password_done")
    work_off()
    return link_to(email)


def test_allauth_s_urls_ask_for_the_factor_beside_the_link() -> None:
    user = factories.user()
    phone = factories.phone_factor(user)
    client = Client()
    link = asked(client, user.email)
    assert link.startswith("/accounts/password/reset/key/")
    assert follow(client, link).request["PATH_INFO"] == reverse("otpguard:reset")
    done = set_password(client, prove(client, phone))
    assert done["Location"] == reverse("account_reset_password_from_key_done")
    assert client.get(done["Location"]).status_code == 200
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    assert Event.objects.filter(kind="password_reset.done").exists()


def test_a_link_that_allauth_made_itself_opens_nothing() -> None:
    from_key = reverse("account_reset_password_from_key", args=["1", "c1-token"])
    for url in (
        from_key,
        "/accounts/password/reset/confirm/",
        "/accounts/password/reset/complete/",
    ):
        for answer in (Client().get(url), Client().post(url, {"password1": NEW_PASSWORD})):
            assert answer.status_code == 410, url


def test_an_unknown_e_mail_address_gets_the_same_answer() -> None:
    answer = Client().post(reverse("account_reset_password"), {"email": "no@example.com"})
    assert answer["Location"] == reverse("account_reset_password_done")
    assert ResetRequest.objects.count() == 1
    assert work_off() == 0
