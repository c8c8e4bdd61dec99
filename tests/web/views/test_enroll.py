"""Somebody with nothing enrolled is told what is missing and may add a phone if it would do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.http.session import KEY
from otpguard.models import Challenge, Factor, Tenant
from otpguard.testing import send_queued
from tests import factories
from tests.host import Host

NUMBER = "+1 201 555 0123"


@pytest.fixture
def url(host: Host) -> str:
    """The enrollment page of somebody with nothing enrolled."""
    Factor.objects.all().delete()
    page = host.client.get("/billing/")
    return str(host.client.get(page["Location"])["Location"])


def test_a_number_is_bound_confirmed_and_lets_pass(host: Host, url: str) -> None:
    answer = host.client.post(url, {"number": NUMBER})
    assert answer.status_code == 302
    send_queued()
    host.client.post(answer["Location"], {"code": SENT[-1].code.digits})
    assert Factor.objects.get().confirmed
    assert host.client.get("/billing/").status_code == 200


@pytest.mark.parametrize("number", ["", "12", "not a number", "+1 900 555 0123", "+1201555012312"])
def test_a_malformed_number_says_what_to_do_and_sends_nothing(
    host: Host, url: str, number: str
) -> None:
    answer = host.client.post(url, {"number": number})
    assert answer.status_code == 400
    assert not Challenge.objects.exists()
    assert answer.context["form"].errors["number"]


def test_an_old_login_is_asked_to_log_in_again(host: Host, url: str) -> None:
    """A2: a stolen session cannot bind a phone of its own."""
    session = host.client.session
    mark = session[KEY]
    mark["at"] = (timezone.now() - timedelta(hours=1)).timestamp()
    session[KEY] = mark
    session.save()
    page = host.client.get(url)
    assert page.context["must_log_in_again"]
    assert b"log in again" in page.content.lower()
    assert host.client.post(url, {"number": NUMBER}).status_code == 429
    assert not Factor.objects.exists()


def test_where_a_phone_would_not_do_no_number_is_asked_for(host: Host, url: str) -> None:
    Tenant.objects.update(annual_contract_value=250_000)
    page = host.client.get(url)
    assert not page.context["can_enroll_phone"]
    assert b'name="number"' not in page.content


def test_with_a_factor_that_does_the_choosing_page_is_right(host: Host, url: str) -> None:
    factories.phone_factor(host.user)
    answer = host.client.get(url)
    assert answer.status_code == 302
    assert "/step-up/" in answer["Location"]


def test_the_address_is_for_one_person(host: Host, url: str) -> None:
    assert host.another_client().get(url).status_code == 403
    assert host.client.get(url[:-8] + "AAAAAAA/").status_code == 410
