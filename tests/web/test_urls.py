"""The step-up pages have URLs that fit what they carry."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.urls import resolve, reverse

CHALLENGE = UUID("00000000-0000-4000-8000-000000000000")


OF_A_CHALLENGE = ["code", "again", "cancel", "repudiate", "continue"]
OF_A_VISITOR = ["number-code", "number-again", "number-cancel", "number-continue"]


@pytest.mark.parametrize("name", [*OF_A_CHALLENGE, *OF_A_VISITOR])
def test_a_challenges_pages_take_its_id(name: str) -> None:
    url = reverse(f"otpguard:{name}", args=[CHALLENGE])
    assert resolve(url).kwargs == {"challenge_id": CHALLENGE}


@pytest.mark.parametrize("name", ["choose", "enroll", "number"])
def test_the_first_pages_take_a_token(name: str) -> None:
    assert resolve(reverse(f"otpguard:{name}", args=["abc-_"])).kwargs == {"token": "abc-_"}


def test_a_vendor_is_given_a_url_with_or_without_a_secret() -> None:
    assert resolve(reverse("otpguard:webhook", args=["sms"])).kwargs == {"provider": "sms"}
    url = reverse("otpguard:secret-webhook", args=["sms", "abc"])
    assert resolve(url).kwargs == {"provider": "sms", "secret": "abc"}
