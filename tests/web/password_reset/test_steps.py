"""The confirmation between the link and the new password, page by page."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.models import Challenge, Event, Factor
from tests import factories
from tests.resetting import answer, begin, follow, mailed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reset_pages")]


@pytest.fixture
def reset_pages(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"


@pytest.fixture
def phone() -> Factor:
    return factories.phone_factor(factories.user())


def arrived(phone: Factor) -> Client:
    """A browser that has opened the link."""
    client = Client()
    follow(client, mailed(client, phone.user.email))
    return client


def test_the_page_names_what_it_is_for_and_what_to_do_when_it_is_lost(phone: Factor) -> None:
    page = arrived(phone).get(reverse("otpguard:reset"))
    text = page.content.decode()
    assert page.status_code == 200
    assert "Reset a password" in text
    assert "A saved recovery code does, too" in text
    assert "no-store" in page["Cache-Control"]


def test_a_wrong_code_is_counted_and_opens_nothing(phone: Factor) -> None:
    client = arrived(phone)
    challenge = begin(client, phone)
    for left in (4, 3):
        page = answer(client, challenge, "000000")
        assert page.status_code in {400, 429}
        challenge.refresh_from_db()
        assert challenge.max_attempts - challenge.attempts in {left, left + 1}
    early = client.get(reverse("otpguard:reset-continue", args=[challenge.pk]))
    assert early["Location"] == reverse("otpguard:reset-code", args=[challenge.pk])


def test_what_is_not_a_code_is_said_so(phone: Factor) -> None:
    client = arrived(phone)
    assert answer(client, begin(client, phone), "abc").status_code == 400


def test_somebody_else_s_factor_cannot_be_chosen(phone: Factor) -> None:
    client = arrived(phone)
    foreign = factories.phone_factor(factories.user())
    refused = client.post(reverse("otpguard:reset"), {"factor": str(foreign.pk)})
    assert refused.status_code == 429
    assert not Challenge.objects.exists()
    assert client.post(reverse("otpguard:reset"), {"factor": "x"}).status_code == 400


def test_a_code_is_sent_again_not_at_once_and_can_be_given_up(phone: Factor) -> None:
    client = arrived(phone)
    challenge = begin(client, phone)
    again = client.post(reverse("otpguard:reset-again", args=[challenge.pk]))
    assert again.status_code == 429
    assert client.get(reverse("otpguard:reset-code", args=[challenge.pk])).status_code == 200
    given_up = client.post(reverse("otpguard:reset-cancel", args=[challenge.pk]))
    assert given_up["Location"] == reverse("otpguard:reset")
    challenge.refresh_from_db()
    assert challenge.state == "canceled"


@pytest.mark.parametrize("name", ["reset-code", "reset-again", "reset-cancel", "reset-continue"])
def test_an_unknown_challenge_and_a_browser_without_a_link_get_nothing(
    phone: Factor, name: str
) -> None:
    url, client = reverse(f"otpguard:{name}", args=[uuid4()]), arrived(phone)
    send = client.get if name in {"reset-code", "reset-continue"} else client.post
    assert send(url).status_code == 404
    bare = Client()
    send = bare.get if name in {"reset-code", "reset-continue"} else bare.post
    assert send(url).status_code == 410


def test_an_answer_to_a_foreign_challenge_is_in_the_log(phone: Factor) -> None:
    client = arrived(phone)
    client.post(reverse("otpguard:reset-code", args=[uuid4()]), {"code": "123456"})
    assert Event.objects.filter(kind="challenge.rejected").exists()
