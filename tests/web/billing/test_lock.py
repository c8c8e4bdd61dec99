"""The page behind a billing notice's link: reading it changes nothing, its button locks, once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otpguard import vault
from otpguard.models import BillingChange, Tenant
from tests import factories
from tests.flows.release.billing import acting, change, payer

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> BillingChange:
    return change(acting(payer(factories.tenant())))


def url(row: BillingChange) -> str:
    token = vault.encrypt_token(vault.BILLING_LOCK, f"{row.pk}:")
    return reverse("otpguard:billing-lock", args=[token])


def test_a_get_shows_and_a_post_locks_without_a_login(row: BillingChange) -> None:
    path, client = url(row), Client()
    shown = client.get(path)
    assert shown.status_code == 200
    assert "•••• 1881" in shown.content.decode()
    client.head(path)
    assert Tenant.objects.get().held == {}
    done = client.post(path)
    assert (done.status_code, "are locked" in done.content.decode()) == (200, True)
    assert set(Tenant.objects.get().held) == {"billing_change"}


def test_a_link_that_was_used_or_is_none_is_gone(row: BillingChange) -> None:
    path, client = url(row), Client()
    client.post(path)
    none = reverse("otpguard:billing-lock", args=["x"])
    for method in (client.get, client.post):
        assert method(path).status_code == method(none).status_code == 410


def test_a_forwarded_link_locks_for_somebody_else_too(row: BillingChange) -> None:
    client = factories.login(Client(), factories.user())
    assert client.post(url(row)).status_code == 200


def test_the_page_is_not_stored_and_names_no_other_site(row: BillingChange) -> None:
    answer = Client().get(url(row))
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"]


def test_a_post_of_another_site_is_refused(row: BillingChange) -> None:
    assert Client(enforce_csrf_checks=True).post(url(row)).status_code == 403


def test_the_link_needs_no_login_where_a_site_asks_for_one_everywhere(
    row: BillingChange, settings: Any
) -> None:
    everywhere = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, everywhere]
    path, client = url(row), Client()
    assert client.get(path).status_code == client.post(path).status_code == 200


def test_a_post_of_another_site_is_refused_where_the_host_does_not_look(
    row: BillingChange, settings: Any
) -> None:
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "Csrf" not in each]
    assert Client(enforce_csrf_checks=True).post(url(row)).status_code == 403
    assert Tenant.objects.get().held == {}
