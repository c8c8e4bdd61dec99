"""Tokens of embedded pages open for their purpose, at their origin, in time."""

from __future__ import annotations

from uuid import uuid4

from otpguard.web.embed.tokens import (
    ClaimReference,
    EmbeddedChallenge,
    EmbeddedLink,
    MailedPage,
    decrypt_challenge,
    decrypt_claim,
    decrypt_link,
    encrypt_challenge,
    encrypt_claim,
    encrypt_link,
    encrypt_mailed,
    mailed_browser,
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


def test_a_link_and_what_it_leads_on_with_open_for_themselves_alone() -> None:
    link = EmbeddedLink(token="t", browser="whose", origin="https://a.example", path="/join")
    page = MailedPage(browser="whose", origin="https://a.example", source="signup", tenant="")
    here = {"origin": "https://a.example", "source": "signup", "tenant": ""}
    assert decrypt_link(encrypt_link(link)) == link
    assert mailed_browser(encrypt_mailed(page), **here) == "whose"
    assert decrypt_link(encrypt_mailed(page)) is None
    assert mailed_browser(encrypt_link(link), **here) == ""
    assert "whose" not in repr(link) + repr(page)


def test_what_a_link_leads_on_with_is_of_its_form() -> None:
    page = MailedPage(browser="whose", origin="https://a.example", source="signup", tenant="t")
    token = encrypt_mailed(page)
    here = {"origin": "https://a.example", "source": "signup", "tenant": "t"}
    assert mailed_browser(token, **here)
    for changed in ({"origin": "https://b.example"}, {"source": "reset"}, {"tenant": ""}):
        assert mailed_browser(token, **{**here, **changed}) == ""
