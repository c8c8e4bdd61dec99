"""What is read of an identity provider's statement."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from otpguard.core.federation.evidence import (
    LONGEST_VALUE,
    MOST_VALUES,
    Protocol,
    SignInEvidence,
    email_said,
    raw_values,
    values_of,
)


def test_a_list_of_strings_is_read_as_it_is() -> None:
    assert values_of(["pwd", "mfa"]) == ("pwd", "mfa")


def test_one_string_is_a_list_of_one() -> None:
    assert values_of("mfa") == ("mfa",)


@pytest.mark.parametrize("said", [None, True, 2, {"mfa": True}, [["mfa"]], [None, 1], "", [""]])
def test_what_is_no_list_of_strings_says_nothing(said: object) -> None:
    assert values_of(said) == ()


def test_a_list_that_is_too_long_says_nothing() -> None:
    assert values_of(["mfa"] * MOST_VALUES)
    assert values_of(["mfa"] * (MOST_VALUES + 1)) == ()


def test_a_value_that_is_too_long_is_left_out() -> None:
    assert values_of(["x" * (LONGEST_VALUE + 1), "mfa"]) == ("mfa",)


def test_the_raw_values_say_how_and_not_who() -> None:
    evidence = SignInEvidence(
        issuer="https://idp.example",
        subject="alice",
        protocol=Protocol.OIDC,
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        amr=("pwd", "mfa"),
        acr="2",
    )

    assert raw_values(evidence) == {"amr": ["pwd", "mfa"], "acr": ["2"]}


@pytest.mark.parametrize(
    ("said", "verified", "found"),
    [
        ("Ann@Acme.example", None, "ann@acme.example"),
        (["ann@acme.example", "b@c.example"], True, "ann@acme.example"),
        ("ann@acme.example", False, ""),
        ("ann@acme.example", "false", ""),
        ("ann@acme.example", ["odd"], "ann@acme.example"),
        ("ann", None, ""),
        ("@acme.example", None, ""),
        (None, None, ""),
        ({"a": "b@c.example"}, None, ""),
    ],
)
def test_an_address_is_one_that_the_provider_does_not_deny(
    said: object, verified: object, found: str
) -> None:
    assert email_said(said, verified=verified) == found
