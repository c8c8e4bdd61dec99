"""A captured sign-in in words: what each value means, and whether it counts."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.models import IdentityProvider
from otpguard.web.team.captured_sign_in import COULD, COUNTS, NEVER, captured_sign_in


def row(said: list[str], at: str = "", **more: Any) -> IdentityProvider:
    usual = {"profile": "okta", "protocol": "oidc", "accepted": {"amr": ["mfa"]}}
    captured = {"said": said, "authenticated_at": at}
    return IdentityProvider(captured=captured, **{**usual, **more})


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ("amr=mfa", COUNTS),
        ("acr=urn:okta:loa:2fa:any", COULD),
        ("amr=pwd", NEVER),
        ("amr=", NEVER),
        ("odd", NEVER),
        ("elsewhere=mfa", NEVER),
    ],
)
def test_each_value_says_whether_it_counts(said: str, counts: str) -> None:
    found = captured_sign_in(row([said]))
    assert found is not None
    assert [each.counts for each in found.values] == [counts]


def test_a_value_with_an_equals_sign_stays_whole() -> None:
    found = captured_sign_in(row(["acr=a=b"]))
    assert found is not None
    assert found.values[0].value == "a=b"


@pytest.mark.parametrize("at", ["", "yesterday", "2026-99-01T00:00:00Z"])
def test_a_moment_that_is_none_is_none(at: str) -> None:
    found = captured_sign_in(row([], at))
    assert found is not None
    assert found.signed_in_at is None


def test_nothing_was_captured() -> None:
    assert captured_sign_in(IdentityProvider(captured=None)) is None
