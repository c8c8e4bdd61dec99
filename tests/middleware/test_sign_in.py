"""A tenant closed as a whole to sessions that its provider did not open."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from otpguard.models import EmergencyAccess, IdentityProvider, LoginSession
from tests import factories
from tests.flows.emergency.envelopes import prepared
from tests.host import Host
from tests.sign_in_rule import own_sign_in_only
from tests.store_down import store_down


@pytest.fixture
def closed(host: Host, settings: Any) -> Host:
    """The host, closed by its tenant's own sign-in."""
    settings.ROOT_URLCONF = "tests.sso_host"
    at = settings.MIDDLEWARE.index("otpguard.middleware.OtpguardMiddleware")
    ours = "otpguard.middleware.SingleSignOnMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:at], ours, *settings.MIDDLEWARE[at:]]
    own_sign_in_only(host.tenant, host.user)
    return host


def test_every_page_is_closed_but_ours_and_the_way_to_the_provider(closed: Host) -> None:
    for method in ("get", "post"):
        page = getattr(closed.client, method)("/whoami/")
        assert page.status_code == 403, method
        assert "Sign in at Okta" in page.content.decode()
    assert closed.client.get("/security/").status_code == 200
    provider = IdentityProvider.objects.get()
    assert closed.client.get(f"/sso/{provider.pk}/login/").status_code != 403


def test_a_session_of_the_provider_finds_everything_open(closed: Host) -> None:
    LoginSession.objects.update(idp=IdentityProvider.objects.get())
    assert closed.client.get("/whoami/").status_code == 200


def test_strangers_and_visitors_are_not_meant(closed: Host) -> None:
    assert Client().get("/whoami/").status_code == 200
    stranger = factories.login(Client(), factories.user(), closed.tenant)
    assert stranger.get("/whoami/").status_code == 200
    elsewhere = factories.member(factories.tenant())
    other = factories.login(Client(), elsewhere.user, elsewhere.tenant)
    assert other.get("/whoami/").status_code == 200


def test_an_open_emergency_lets_its_people_in(closed: Host) -> None:
    made = prepared()
    made.open()
    own_sign_in_only(made.tenant)
    ada = factories.login(Client(), get_user_model().objects.get(pk=made.ada.user), made.tenant)
    assert ada.get("/whoami/").status_code == 200
    EmergencyAccess.objects.update(ended_at=timezone.now())
    assert ada.get("/whoami/").status_code == 403


def test_a_store_that_is_away_closes_everything(closed: Host) -> None:
    with store_down():
        assert closed.client.get("/whoami/").status_code == 503
