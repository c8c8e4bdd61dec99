"""What a request of an embedded form is about."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused
from otpguard.web.embed.page import ask_at, refused_start, sent_page
from tests.web.embed.embedding import ORIGIN, form


def request() -> Any:
    made: Any = RequestFactory().post("/security/embed/start/")
    made.user, made.session = AnonymousUser(), {}
    return made


def test_a_form_names_its_browser_and_asks_for_its_checkpoint(settings: Any) -> None:
    sent = sent_page(request(), ORIGIN, {"form": form()})
    assert sent is not None
    assert sent.facts.browser == sent.place.browser
    assert sent.checked.facts.token_valid
    assert ask_at(sent.place).checkpoint == "signup"
    assert not ask_at(sent.place).email_first
    settings.OTPGUARD = {**settings.OTPGUARD, "EMAIL_FIRST": True}
    assert ask_at(sent.place).email_first


@pytest.mark.parametrize("token", ["", "x"])
def test_a_forged_form_is_none(token: str) -> None:
    assert sent_page(request(), ORIGIN, {"form": token}) is None


def test_a_form_of_another_origin_is_none() -> None:
    assert sent_page(request(), "https://other.example", {"form": form()}) is None


@pytest.mark.parametrize(
    ("reason", "status", "code"),
    [
        (StartReason.EMAIL_FIRST, 403, "email_first"),
        (StartReason.FORM_AGAIN, 409, "form_again"),
        (StartReason.CAP_IP, 429, "start_refused"),
        (StartReason.OPTED_OUT, 429, "start_refused"),
    ],
)
def test_a_refusal_comes_with_a_new_token(reason: StartReason, status: int, code: str) -> None:
    sent = sent_page(request(), ORIGIN, {"form": form()})
    assert sent is not None
    refused = refused_start(sent, StartRefused(reason, retry_after=7), "No code was sent")
    told = json.loads(refused.content)
    assert (refused.status_code, told["code"], refused["Retry-After"]) == (status, code, "7")
    assert told["form"]
