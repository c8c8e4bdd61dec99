"""Asks in URLs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from otpguard import vault
from otpguard.core.send_options import send_options
from otpguard.exceptions import Ask
from otpguard.http import ask_token, challenge_token

ASK = Ask(
    checkpoint="api_key",
    tenant="tenant-1",
    user="user-1",
    sid="very-secret-sid",
    story=str(uuid4()),
    intent="digest",
    target="key “ci” ✓",
    next="/keys/?a=1",
    came_from="/keys/",
    kept=str(uuid4()),
    binds=True,
    send_options=send_options(preferred_methods=["whatsapp", "sms"], fallback_timeout=20),
)


def test_an_ask_comes_back_whole() -> None:
    assert ask_token.decrypt(ask_token.encrypt(ASK)) == ASK


def test_an_ask_that_wants_nothing_of_its_sending_comes_back_whole() -> None:
    plain = replace(ASK, send_options=send_options())
    assert ask_token.decrypt(ask_token.encrypt(plain)) == plain


def test_a_way_of_sending_that_is_none_spoils_the_ask() -> None:
    for wrong in ({"fallback_timeout": 1}, {"preferred_methods": ["smoke"]}, {"x": 1}, None):
        content = json.dumps({**json.loads(opened(ask_token.encrypt(ASK))), "send_options": wrong})
        assert ask_token.decrypt(vault.encrypt_token(vault.ASK, content)) is None
    assert ask_token.decrypt(vault.encrypt_token(vault.ASK, opened(ask_token.encrypt(ASK)))) == ASK


def opened(token: str) -> str:
    """What a token of ours holds."""
    return vault.decrypt_token(vault.ASK, token, max_age=ask_token.LIFE)


def test_the_token_fits_into_a_path_and_shows_nothing() -> None:
    token = ask_token.encrypt(ASK)
    assert token in reverse("otpguard:choose", args=[token])
    for secret in (ASK.sid, ASK.user, ASK.intent, "/keys/"):
        assert secret not in token


@pytest.mark.parametrize("length", range(4))
def test_asks_of_any_length_survive_the_missing_padding(length: int) -> None:
    ask = replace(ASK, target="x" * (length * 16))
    assert ask_token.decrypt(ask_token.encrypt(ask)) == ask


def test_a_tampered_token_holds_no_ask() -> None:
    token = ask_token.encrypt(ASK)
    assert ask_token.decrypt(token) == ASK
    for place in (0, len(token) // 2, len(token) - 2):
        other = "A" if token[place] != "A" else "B"
        assert ask_token.decrypt(token[:place] + other + token[place + 1 :]) is None


@pytest.mark.parametrize("token", ["", "x", "é", "\ud800", "=", "a" * 5000])
def test_what_is_no_token_holds_no_ask(token: str) -> None:
    assert ask_token.decrypt(token) is None


@pytest.mark.parametrize("content", ["[]", "7", "null", "{}", '{"sid": "x"}', "no json", "0e1"])
def test_a_ciphertext_of_ours_that_is_no_ask_holds_none(content: str) -> None:
    assert ask_token.decrypt(vault.encrypt(content).rstrip("=")) is None


def test_a_reference_to_a_challenge_is_no_ask_and_an_ask_is_no_reference() -> None:
    assert ask_token.decrypt(challenge_token.encrypt(uuid4())) is None
    assert challenge_token.decrypt(ask_token.encrypt(ASK)) is None


def test_an_old_token_holds_no_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    token = ask_token.encrypt(ASK)
    monkeypatch.setattr(ask_token, "LIFE", timedelta(seconds=-1))
    assert ask_token.decrypt(token) is None
