"""The code that was entered on another origin, and the reference that a right one yields."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.channels.providers.memory import SENT
from otpguard.models import PhoneClaim
from otpguard.testing import send_queued
from tests.web.embed.embedding import post, start


def begin() -> tuple[str, str]:
    """A started challenge, and its code."""
    token = start().json()["challenge"]
    send_queued()
    return token, SENT[-1].code.digits


@pytest.mark.django_db(transaction=True)
def test_a_right_code_yields_a_reference_that_names_neither_number_nor_claim() -> None:
    token, digits = begin()
    answer = post("answer", {"challenge": token, "code": digits})
    assert answer.status_code == 200
    claim = PhoneClaim.objects.get()
    assert str(claim.pk) not in answer.json()["claim"]
    again = post("answer", {"challenge": token, "code": digits})
    assert (again.status_code, again.json()["code"]) == (400, "code_rejected")


@pytest.mark.django_db(transaction=True)
def test_a_wrong_code_says_how_many_tries_are_left() -> None:
    token, digits = begin()
    wrong = "000000" if digits != "000000" else "111111"
    answer = post("answer", {"challenge": token, "code": wrong})
    assert answer.status_code == 400
    assert answer.json()["attempts_left"] == 4
    assert not PhoneClaim.objects.exists()


@pytest.mark.parametrize("token", ["", "x", "gAAAAA", "x" * 3_000])
def test_a_made_up_challenge_is_unknown(token: str) -> None:
    assert post("answer", {"challenge": token, "code": "123456"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_challenge_of_another_origin_is_unknown(settings: Any) -> None:
    token, digits = begin()
    other = "https://other.example"
    settings.OTPGUARD = {**settings.OTPGUARD, "EMBED_ORIGINS": [other]}
    answer = post("answer", {"challenge": token, "code": digits}, origin=other)
    assert answer.status_code == 404
    assert not PhoneClaim.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_code_costs_no_try() -> None:
    token, digits = begin()
    for _ in range(6):
        assert post("answer", {"challenge": token, "code": ""}).status_code == 400
    assert post("answer", {"challenge": token, "code": digits}).status_code == 200
