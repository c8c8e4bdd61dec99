"""Mailboxes in one spelling, and domains by who registered them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.email_first import FREEMAIL, mailbox_of, owner_domain


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("Kim@Example.com", "kim@example.com"),
        ("kim+signup@example.com", "kim@example.com"),
        ("k.i.m@example.com", "k.i.m@example.com"),
        ("k.i.m+x@gmail.com", "kim@gmail.com"),
        ("kim@googlemail.com", "kim@gmail.com"),
        ("+x@example.com", "+x@example.com"),
    ],
)
def test_a_mailbox_has_one_spelling(email: str, mailbox: str) -> None:
    assert mailbox_of(email) == mailbox


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("kim@example.com", "example.com"),
        ("kim@a.b.example.com", "example.com"),
        ("kim@mail.example.co.uk", "example.co.uk"),
        ("kim@example.co.uk", "example.co.uk"),
        ("kim@x.acme.de", "acme.de"),
        ("kim@B\u00fcro.example.de", "example.de"),
        ("no e-mail address", ""),
    ],
)
def test_subdomains_belong_to_who_registered_the_domain(email: str, domain: str) -> None:
    assert owner_domain(email) == domain


@given(
    st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=5),
    st.sampled_from(["example.com", "acme.de", "acme.co.uk"]),
)
def test_no_subdomain_is_counted_apart(labels: list[str], domain: str) -> None:
    assert owner_domain(f"a@{'.'.join(labels)}.{domain}") == domain


def test_the_known_providers_are_spelled_as_they_are_looked_up() -> None:
    assert {owner_domain(f"a@{domain}") for domain in FREEMAIL} == FREEMAIL
