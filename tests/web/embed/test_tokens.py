"""Tokens of embedded pages open for their purpose, at their origin, in time."""

from __future__ import annotations

from uuid import uuid4

from otpguard.web.embed.tokens import (
    ClaimReference,
    EmbeddedChallenge,
    decrypt_challenge,
    decrypt_claim,
    encrypt_challenge,
    encrypt_claim,
)

CHALLENGE = EmbeddedChallenge(challenge=uuid4(), browser="whose", origin="https://a.example")
CLAIM = ClaimReference(claim=uuid4(), browser="whose")


def test_what_was_encrypted_is_read_again() -> None:
    token = encrypt_challenge(CHALLENGE)
    assert decrypt_challenge(token, origin="https://a.example") == CHALLENGE
    assert decrypt_claim(encrypt_claim(CLAIM)) == CLAIM


def test_a_challenge_opens_at_its_origin_only() -> None:
    token = encrypt_challenge(CHALLENGE)
    assert decrypt_challenge(token, origin="https://b.example") is None
    assert decrypt_challenge(token, origin="") is None


def test_neither_opens_as_the_other() -> None:
    assert decrypt_claim(encrypt_challenge(CHALLENGE)) is None
    assert decrypt_challenge(encrypt_claim(CLAIM), origin="https://a.example") is None


def test_the_browser_shows_in_neither_token_nor_repr() -> None:
    assert "whose" not in repr(CHALLENGE) + repr(CLAIM)
