"""Stopping a reset that one did not ask for: from the e-mail, and from the page of a code."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from otpguard.channels.providers.memory import SENT
from otpguard.models import Challenge, ResetLink
from tests import factories
from tests.resetting import begin, follow, mailed
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def reset_pages(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"


def not_me_in_mail() -> str:
    found = re.search(r"https?://\S+/not-me/\S+", SENT[-1].text)
    assert found, SENT[-1].text
    return urlsplit(found[0]).path


def test_the_e_mail_has_a_link_that_stops_the_reset_by_a_button_only() -> None:
    user = factories.user()
    link = mailed(Client(), user.email)
    page = Client().get(not_me_in_mail())
    assert "Was this not you?" in page.content.decode()
    assert ResetLink.objects.get().ended_at is None, "programs open links of e-mails, too"
    done = Client().post(not_me_in_mail())
    assert (done.status_code, "The reset was stopped" in done.content.decode()) == (200, True)
    assert Client().post(not_me_in_mail()).status_code == 410
    assert "does not work" in follow(Client(), link).content.decode()


def test_a_code_of_a_reset_can_be_denied_on_its_page() -> None:
    user = factories.user()
    phone = factories.phone_factor(user)
    client = Client()
    follow(client, mailed(client, user.email))
    challenge = begin(client, phone)
    page = client.get(reverse("otpguard:reset-code", args=[challenge.pk])).content.decode()
    found = re.search(r'href="(/\S+/not-me/[^"]+)"', page)
    assert found, "the page says: this was not me"
    assert client.post(found[1]).status_code == 200
    assert Challenge.objects.get().state == "canceled"
    code = SENT[-1].code.digits
    answered = client.post(reverse("otpguard:reset-code", args=[challenge.pk]), {"code": code})
    assert answered.status_code == 410


def test_a_made_up_link_stops_nothing() -> None:
    mailed(Client(), factories.user().email)
    url = reverse("otpguard:reset-not-me", args=["made-up"])
    assert Client().get(url).status_code == Client().post(url).status_code == 410
    assert ResetLink.objects.get().ended_at is None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_a_store_the_page_says_so() -> None:
    mailed(Client(), factories.user().email)
    url = not_me_in_mail()
    with store_down():
        assert Client().get(url).status_code == Client().post(url).status_code == 503
    assert ResetLink.objects.get().ended_at is None
