"""The helper for hosts gets past the form as a person would, and not past what stops people."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from otpguard.models import Challenge
from otpguard.testing import enter_number, number_form

pytestmark = pytest.mark.django_db

NUMBER = "+12015550123"


@pytest.fixture(autouse=True)
def host(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"


def opened(client: Client) -> str:
    asked: Any = client.get("/join/", headers={"Accept": "text/html"})
    url: str = asked["Location"]
    return url


def test_a_number_is_entered_in_one_call() -> None:
    client = Client()
    assert enter_number(client, opened(client), NUMBER).status_code == 302
    assert Challenge.objects.get().destination.reveal() == NUMBER


def test_a_form_can_be_filled_in_and_looked_at_first() -> None:
    client = Client()
    url = opened(client)
    fields = number_form(client.get(url), NUMBER)
    assert fields["number"] == NUMBER
    assert client.post(url, fields).status_code == 302


def test_a_puzzle_is_solved(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "FORM_BEHAVIOR": True}
    untouched = '{"pointer": 0, "key": 0, "touch": 0, "paste": 0, "first_ms": -1}'
    client = Client()
    sent = enter_number(client, opened(client), NUMBER, behavior=untouched)
    assert sent.status_code == 302


def test_a_page_without_the_form_says_so() -> None:
    page: Any = Client().get("/open/")
    with pytest.raises(ValueError, match="cannot be opened"):
        number_form(page, NUMBER)
