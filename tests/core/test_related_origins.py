"""Which origins share passkeys with a domain they are no part of, and how many names they are."""

from __future__ import annotations

import pytest

from otpguard.core.related_origins import labels_of, related_origins


def test_only_origins_outside_of_the_domain_are_related() -> None:
    origins = (
        "https://acme.com",
        "https://app.ACME.com:8443",
        "https://acme.de",
        "https://notacme.com",
        "https://acme.com.evil.example",
    )
    assert related_origins("acme.com", origins) == origins[2:]


def test_without_a_domain_each_host_has_passkeys_of_its_own() -> None:
    assert related_origins("", ("https://acme.de",)) == ()


@pytest.mark.parametrize(
    ("host", "label"),
    [
        ("acme.de", "acme"),
        ("app.acme.co.uk", "acme"),
        ("acme.com.au", "acme"),
        ("www.acme.example", "acme"),
        ("localhost", "localhost"),
    ],
)
def test_a_name_is_what_stands_before_the_ending(host: str, label: str) -> None:
    assert labels_of([f"https://{host}"]) == (label,)


def test_one_name_in_many_countries_counts_once() -> None:
    assert labels_of(["https://acme.de", "https://acme.fr", "https://b.fr"]) == ("acme", "b")
