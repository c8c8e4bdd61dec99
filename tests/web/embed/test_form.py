"""A form on another origin gets its token, and with it who its browser is."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.flows.pumping.visitor_form.form import place_of_token
from tests.web.embed.embedding import ORIGIN, post


def test_each_form_gets_a_browser_of_its_own() -> None:
    places = [
        place_of_token(post("form", {"checkpoint": "signup"}).json()["form"]) for _ in range(2)
    ]
    assert all(place is not None and place.origin == ORIGIN for place in places)
    assert len({place.browser for place in places if place is not None}) == 2


def test_it_comes_with_words_and_without_a_puzzle() -> None:
    said = post("form", {"checkpoint": "signup"}).json()
    assert said["texts"]["code"] == "Code"
    assert (said["work"], said["captcha"], said["consent"]) == ("", None, None)


def test_consent_is_asked_for_where_the_site_wants_it(settings: Any) -> None:
    text = {"VERSION": "2026-1", "TEXT": "Send me codes."}
    settings.OTPGUARD = {**settings.OTPGUARD, "PHONE_CONSENT": text}
    said = post("form", {"checkpoint": "signup"}).json()
    assert said["consent"] == {"version": "2026-1", "text": "Send me codes."}


@pytest.mark.parametrize("checkpoint", ["", "nowhere", "api_key"])
def test_only_checkpoints_of_visitors_have_one(checkpoint: str) -> None:
    refused = post("form", {"checkpoint": checkpoint})
    assert refused.status_code == 400
    assert refused.json()["field"] == "checkpoint"
