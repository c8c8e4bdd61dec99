"""Tokens of challenges, for the status poll."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from otpguard import vault
from otpguard.http import challenge_token

CHALLENGE = UUID("00000000-0000-4000-8000-0000000000aa")


def test_a_token_stands_for_its_challenge_without_showing_it() -> None:
    token = challenge_token.encrypt(CHALLENGE)
    assert challenge_token.decrypt(token) == CHALLENGE
    assert CHALLENGE.hex not in token
    assert "=" not in token
    assert challenge_token.encrypt(CHALLENGE) != token


@pytest.mark.parametrize(
    "token", ["", "x", "é", "\ud800", CHALLENGE.hex, str(CHALLENGE), "a" * 5000]
)
def test_a_made_up_token_names_nothing(token: str) -> None:
    assert challenge_token.decrypt(token) is None


def test_a_tampered_token_names_nothing() -> None:
    token = challenge_token.encrypt(CHALLENGE)
    other = "A" if token[20] != "A" else "B"
    assert challenge_token.decrypt(token[:20] + other + token[21:]) is None


def test_a_ciphertext_of_something_else_names_nothing() -> None:
    assert challenge_token.decrypt(vault.encrypt("no challenge").rstrip("=")) is None


def test_an_old_token_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    token = challenge_token.encrypt(CHALLENGE)
    monkeypatch.setattr(challenge_token, "LIFE", timedelta(seconds=-1))
    assert challenge_token.decrypt(token) is None
