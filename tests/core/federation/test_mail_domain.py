"""Which domains a tenant can claim, and the record that shows whose one is."""

from __future__ import annotations

import pytest

from otpguard.core.federation.mail_domain import claimable, record_name, record_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("acme.com", "acme.com"),
        (" @ACME.Com. ", "acme.com"),
        ("mail.acme.co.uk", "mail.acme.co.uk"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_a_company_domain_has_one_spelling(typed: str, kept: str) -> None:
    assert claimable(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "acme", "gmail.com", "GMail.com", "x.gmail.com", "outlook.com", "127.0.0.1", "a b.com"],
)
def test_what_everybody_or_nobody_has_can_not_be_claimed(typed: str) -> None:
    assert claimable(typed) == ""


@pytest.mark.parametrize("typed", ["a..com", "-a.com", "a-.com", "a_b.com", "*.com", "a.com/x"])
def test_what_is_no_name_of_a_host_can_not_be_claimed(typed: str) -> None:
    assert claimable(typed) == ""


def test_the_record_stands_below_the_domain_and_names_the_claim() -> None:
    assert record_name("acme.com") == "_otpguard.acme.com"
    assert record_text("abc") == "otpguard-domain=abc"
