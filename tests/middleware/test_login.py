"""After a login everything is closed until its checkpoint was passed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient, Client
from django.utils import timezone

from otpguard.core.shipped_kinds import BY_APP, BY_SMS
from otpguard.models import Grant, LoginSession
from otpguard.testing import pass_step_up
from tests import enrolling, factories
from tests.host import Host
from tests.store_down import store_down

API = {"Accept": "application/json"}


def ask(settings: Any, **policy: Any) -> None:
    enrolling.enforce(
        settings,
        POLICY_DEFAULTS={"login": {"active": True, **policy}},
        LOGIN_RISK={"MODE": "enforce"},
    )
    path = "otpguard.middleware.LoginMiddleware"
    enrollment = "otpguard.middleware.EnrollmentMiddleware"
    settings.MIDDLEWARE = [path if each == enrollment else each for each in settings.MIDDLEWARE]


@pytest.fixture
def asked(host: Host, settings: Any) -> Host:
    """The host, whose admin has an app and has just logged in on a new device."""
    ask(settings)
    factories.totp_factor(host.user)
    return host


def test_a_new_device_is_sent_to_confirm_from_every_page(asked: Host) -> None:
    for method in ("get", "post"):
        closed = getattr(asked.client, method)("/terms/")
        assert closed.status_code == 303, method
        assert closed["Location"].startswith("/security/step-up/"), method
    page = asked.client.get(asked.client.get("/terms/")["Location"]).content.decode()
    assert "You have not confirmed in this browser lately." in page
    assert "+1" not in page, "an administrator on a new device confirms without a phone"


def test_once_it_is_confirmed_everything_is_open_for_the_session(asked: Host) -> None:
    pass_step_up(asked.client, method=BY_APP)
    assert asked.client.get("/terms/").status_code == 200
    Grant.objects.update(revoked_at=timezone.now())
    assert asked.client.get("/terms/").status_code == 200, "the login was confirmed"


def test_a_recognized_device_is_not_asked(host: Host, settings: Any) -> None:
    ask(settings)
    LoginSession.objects.update(risk=0, risk_reasons=[])
    assert host.client.get("/terms/").status_code == 200


def test_always_asks_a_recognized_device_too(host: Host, settings: Any) -> None:
    ask(settings, login_when="always")
    LoginSession.objects.update(risk=0, risk_reasons=[])
    assert host.client.get("/terms/").status_code == 303


def test_a_text_message_does_not_open_it_for_an_administrator_on_a_new_device(asked: Host) -> None:
    pass_step_up(asked.client, method=BY_SMS)
    assert asked.client.get("/terms/").status_code == 303


def test_the_next_login_is_asked_again(asked: Host) -> None:
    pass_step_up(asked.client, method=BY_APP)
    assert asked.client.get("/terms/").status_code == 200
    again = factories.login(asked.client, asked.user, asked.tenant)
    assert again.get("/terms/").status_code == 303


def test_login_logout_and_our_own_pages_stay_open(asked: Host) -> None:
    assert asked.client.get("/security/").status_code == 200
    assert asked.client.post("/bye/").status_code == 200
    assert Client().get("/terms/").status_code == 200, "nobody has logged in"


def test_a_machine_is_told_what_is_missing(asked: Host) -> None:
    closed = asked.client.get("/terms/", headers=API)
    assert closed.status_code == 401
    assert closed["Content-Type"] == "application/problem+json"


def test_somebody_without_an_organization_is_asked_too(asked: Host) -> None:
    stranger = factories.user()
    factories.totp_factor(stranger)
    client = factories.login(Client(headers={"Accept": "text/html"}), stranger)
    assert client.get("/terms/").status_code == 303


def test_without_a_store_everything_is_closed(asked: Host) -> None:
    with store_down():
        assert asked.client.get("/terms/").status_code == 503


def test_an_async_project_is_asked_as_well(transactional_db: None, asked: Host) -> None:
    cookies = asked.client.cookies

    async def get() -> list[int]:
        client = AsyncClient()
        client.cookies = cookies
        html = {"Accept": "text/html"}
        found = [(await client.get(url, headers=html)).status_code for url in ("/slow/", "/help/")]
        await sync_to_async(connections.close_all)()
        return found

    assert asyncio.run(get()) == [303, 303]
