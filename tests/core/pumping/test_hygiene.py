"""Domains of throw-away mailboxes, and the limits of one number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.hygiene import (
    clean_domain,
    email_domain,
    is_listed,
    number_use_signal,
)
from otpguard.core.pumping.verdict import Action, Layer


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("a@Trash.Example", "trash.example"),
        (" a@trash.example. ", "trash.example"),
        ('"odd@name"@trash.example', "trash.example"),
        ("a@bücher.example", "xn--bcher-kva.example"),
        ("a@BÜCHER.example", "xn--bcher-kva.example"),
        ("a@\uff54\uff52\uff41\uff53\uff48\uff0eexample", "trash.example"),
        ("trash.example", ""),
        ("a@localhost", ""),
        ("a@", ""),
        ("a@..", ""),
        (f"a@{'x' * 70}.example", ""),
    ],
)
def test_a_domain_has_one_spelling(email: str, domain: str) -> None:
    assert email_domain(email) == domain


@given(st.text())
def test_no_text_is_too_odd_for_it(text: str) -> None:
    domain = email_domain(text)
    assert domain == "" or domain == clean_domain(domain)


@pytest.mark.parametrize(
    ("domain", "listed"),
    [
        ("trash.example", True),
        ("a.b.trash.example", True),
        ("nottrash.example", False),
        ("example", False),
        ("mine.example", True),
        ("fine.trash.example", False),
        ("a.fine.trash.example", False),
        ("", False),
    ],
)
def test_the_most_specific_listed_domain_decides(domain: str, listed: bool) -> None:
    found = is_listed(
        domain, kept={"trash.example"}, added={"mine.example"}, taken={"fine.trash.example"}
    )
    assert found is listed


@pytest.mark.parametrize(
    ("tenants", "accounts", "reason"),
    [
        (3, 2, None),
        (4, 2, "number_in_many_tenants"),
        (3, 3, "number_in_many_accounts"),
    ],
)
def test_a_number_may_serve_as_many_as_its_limits_say(
    tenants: int, accounts: int, reason: str | None
) -> None:
    signal = number_use_signal(tenants=tenants, tenant_limit=3, accounts=accounts, account_limit=2)
    assert (signal and signal.reason) == reason
    if signal is not None:
        assert (signal.layer, signal.action) == (Layer.HYGIENE, Action.ANOTHER_WAY)


def test_a_limit_of_zero_counts_nothing() -> None:
    assert number_use_signal(tenants=9, tenant_limit=0, accounts=9, account_limit=0) is None
