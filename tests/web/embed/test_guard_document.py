"""What a form on another origin is given beside its words."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.core.pumping.visitor_form.work import HARDEST
from otpguard.flows.pumping.visitor_form.form import place_of_token
from otpguard.web.embed.guard_document import guard_document
from tests.web.embed.embedding import ORIGIN

PLACE = FormPlace(source="signup", tenant="", origin=ORIGIN, browser="whose")


def test_it_has_a_token_of_its_place_and_nothing_else_that_is_not_asked_for() -> None:
    made = guard_document(PLACE, now=timezone.now())
    assert place_of_token(made["form"]) == PLACE
    assert (made["work"], made["captcha"]) == ("", None)


def test_a_puzzle_is_text_and_a_captcha_comes_with_the_harder_ones(settings: Any) -> None:
    options = {"site_key": "of-the-site", "secret_key": "s", "hostnames": ["app.example.com"]}
    vendor = {"BACKEND": "otpguard.intel.turnstile.Turnstile", "OPTIONS": options}
    settings.OTPGUARD = {**settings.OTPGUARD, "CAPTCHA": vendor}
    made = guard_document(PLACE, now=timezone.now(), work_level=HARDEST)
    assert json.loads(made["work"])["parameters"]
    assert made["captcha"]["site_key"] == "of-the-site"
    assert "secret" not in json.dumps(made["captcha"])
