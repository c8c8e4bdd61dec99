"""django-otp believes a step-up as long as it has ground, and no longer."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import django_otp
import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient, Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from otpguard.channels.providers.memory import SENT
from otpguard.http.otp import STAMP
from otpguard.models import Factor, FactorBlock
from otpguard.tenants.directory import SessionDirectory
from tests import factories
from tests import otp_host as otp_host_urls
from tests.host import Host
from tests.stepup import begin, go_on, step_up


@pytest.fixture
def otp_host(host: Host, settings: Any) -> Host:
    """A host that lets django-otp know of step-ups, and has pages for verified users."""
    settings.ROOT_URLCONF = "tests.otp_host"
    settings.OTPGUARD = {**settings.OTPGUARD, "OTP_LOGIN": True}
    settings.MIDDLEWARE = otp_host_urls.middleware()
    return host


def proven(host: Host) -> Client:
    """The host's browser after a step-up."""
    assert step_up(host.client, host.client.get("/billing/")).status_code == 200
    return host.client


def verified_by(client: Client) -> str:
    return str(client.get("/device/").json()["device"])


def test_a_page_of_django_otp_opens_after_a_step_up_and_not_before(otp_host: Host) -> None:
    assert otp_host.client.get("/verified/").status_code == 302
    client = proven(otp_host)
    assert client.get("/verified/").status_code == 200
    assert verified_by(client) == str(otp_host.factor.pk)


def test_another_browser_of_the_same_person_is_not_verified_by_it(otp_host: Host) -> None:
    other = otp_host.another_client()
    proven(otp_host)
    assert other.get("/verified/").status_code == 302
    assert Client().get("/verified/").status_code == 302


def test_django_otps_admin_opens_after_a_step_up_and_not_before(otp_host: Host) -> None:
    type(otp_host.user).objects.update(is_staff=True, is_superuser=True)
    assert otp_host.client.get("/otp-admin/").status_code == 302
    page = proven(otp_host).get("/otp-admin/")
    assert (page.status_code, b"Site administration" in page.content) == (200, True)


def test_nobody_is_verified_by_typing_a_code_into_django_otps_own_form(otp_host: Host) -> None:
    """C23: outside our flows a factor always refuses."""
    challenge = begin(otp_host.client, otp_host.client.get("/billing/"))
    digits = SENT[-1].code.digits
    answer = otp_host.client.post(
        "/otp-admin/login/",
        {
            "username": otp_host.user.username,
            "password": factories.PASSWORD,
            "otp_device": otp_host.factor.persistent_id,
            "otp_token": digits,
        },
    )
    assert answer.status_code == 200, "the form again"
    assert not otp_host.factor.verify_token(digits)
    assert django_otp.match_token(otp_host.user, digits) is None
    assert verified_by(otp_host.client) == ""
    assert go_on(otp_host.client, challenge).status_code == 200, "our own page still takes it"


def test_the_mark_is_dropped_after_the_session_ceiling(otp_host: Host) -> None:
    client = proven(otp_host)
    session = client.session
    session[STAMP] = {**session[STAMP], "at": session[STAMP]["at"] - 12 * 3600}
    session.save()
    assert client.get("/verified/").status_code == 302
    assert DEVICE_ID_SESSION_KEY not in client.session


def test_the_mark_is_dropped_in_another_tenant_and_stays_dropped(otp_host: Host) -> None:
    client = proven(otp_host)
    factories.select(client, factories.member(factories.tenant(), otp_host.user).tenant)
    assert client.get("/verified/").status_code == 302
    factories.select(client, otp_host.tenant)
    assert client.get("/verified/").status_code == 302
    assert STAMP not in client.session


@pytest.mark.parametrize("lost", ["removed", "disabled", "blocked"])
def test_the_mark_is_dropped_with_its_factor(otp_host: Host, lost: str) -> None:
    client = proven(otp_host)
    factor = Factor.objects.filter(pk=otp_host.factor.pk)
    if lost == "removed":
        factor.delete()
    elif lost == "disabled":
        factor.update(disabled_at=timezone.now())
    else:
        FactorBlock.objects.create(tenant=otp_host.tenant, factor=otp_host.factor, reason="lost")
    assert client.get("/verified/").status_code == 302
    assert DEVICE_ID_SESSION_KEY not in client.session


def test_nothing_is_read_for_a_request_that_does_not_ask_who_it_is(
    otp_host: Host, django_assert_num_queries: Any
) -> None:
    client = proven(otp_host)
    with django_assert_num_queries(0):
        client.get("/open/")


def test_a_tenant_directory_that_asks_who_it_is_gets_an_answer(
    otp_host: Host, settings: Any
) -> None:
    client = proven(otp_host)
    directory = f"{__name__}.CuriousDirectory"
    settings.OTPGUARD = {**settings.OTPGUARD, "TENANT_DIRECTORY": directory}
    CuriousDirectory.seen.clear()
    assert verified_by(client) == str(otp_host.factor.pk)
    assert CuriousDirectory.seen == [(str(otp_host.user), False)], "unverified while looked into"


class CuriousDirectory(SessionDirectory):
    """Looks at the user to find the tenant."""

    seen: ClassVar[list[tuple[str, bool]]] = []

    def tenant_for(self, request: Any) -> str:
        self.seen.append((str(request.user), request.user.is_verified()))
        return super().tenant_for(request)


@pytest.mark.django_db(transaction=True)
def test_an_async_project_is_served_as_well(otp_host: Host) -> None:
    client = proven(otp_host)

    async def ask() -> str:
        inner = AsyncClient()
        inner.cookies = client.cookies
        answer = await inner.get("/device/async/")
        await sync_to_async(connections.close_all)()  # of the thread that the view ran in
        return str(answer.json()["device"])

    assert asyncio.run(ask()) == str(otp_host.factor.pk)
    Factor.objects.filter(pk=otp_host.factor.pk).update(disabled_at=timezone.now())
    assert asyncio.run(ask()) == ""
    assert DEVICE_ID_SESSION_KEY not in client.session
