"""The URL says what a number is for; it opens no other page, and cannot be changed."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import RequestFactory
from django.urls import resolve

from otpguard.core.send_options import send_options
from otpguard.exceptions import Ask
from otpguard.http import ask_token
from otpguard.http.step_up_url import LONGEST_NEXT
from otpguard.web.number.number_url import ask_of_token, number_url, token_of
from tests import factories


def asked(next_path: str) -> Ask:
    request = RequestFactory().get("/join/")
    request.user, request.session = factories.AnonymousUser(), {}
    url = number_url(
        request,
        "signup",
        next_path=next_path,
        send_options=send_options(preferred_methods=["sms"], fallback_timeout=20),
    )
    ask = ask_of_token(resolve(urlsplit(url).path).kwargs["token"])
    assert ask is not None
    return ask


def test_it_carries_checkpoint_way_back_and_send_options_and_no_person() -> None:
    ask = asked("/join/?plan=big")
    assert (ask.checkpoint, ask.next) == ("signup", "/join/?plan=big")
    assert (ask.user, ask.sid, ask.tenant) == ("", "", "")
    assert ask.send_options.preferred_methods == ("sms",)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        (f"/join/?q={'x' * LONGEST_NEXT}", "/join/"),
        (f"/{'x' * LONGEST_NEXT}", ""),
        ("", ""),
    ],
)
def test_a_way_back_that_is_too_long_is_shortened(path: str, kept: str) -> None:
    assert asked(path).next == kept


def test_tokens_of_step_up_pages_and_of_numbers_do_not_open_each_other() -> None:
    ask = Ask(checkpoint="signup", tenant="", user="", sid="", story="s")
    assert ask_of_token(ask_token.encrypt(ask)) is None
    assert ask_token.decrypt(token_of(ask)) is None
    assert ask_of_token(token_of(ask)) == ask
    assert ask_of_token(token_of(ask)[:-4] + "AAAA") is None
