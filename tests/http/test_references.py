"""References to challenges, for the status poll."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from otpguard import vault
from otpguard.http import references

CHALLENGE = UUID("00000000-0000-4000-8000-0000000000aa")


def test_a_reference_names_its_challenge_without_showing_it() -> None:
    reference = references.seal(CHALLENGE)
    assert references.unseal(reference) == CHALLENGE
    assert CHALLENGE.hex not in reference
    assert "=" not in reference
    assert references.seal(CHALLENGE) != reference


@pytest.mark.parametrize(
    "reference", ["", "x", "é", "\ud800", CHALLENGE.hex, str(CHALLENGE), "a" * 5000]
)
def test_a_made_up_reference_names_nothing(reference: str) -> None:
    assert references.unseal(reference) is None


def test_a_tampered_reference_names_nothing() -> None:
    reference = references.seal(CHALLENGE)
    other = "A" if reference[20] != "A" else "B"
    assert references.unseal(reference[:20] + other + reference[21:]) is None


def test_a_ciphertext_of_something_else_names_nothing() -> None:
    assert references.unseal(vault.encrypt("no challenge").rstrip("=")) is None


def test_an_old_reference_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = references.seal(CHALLENGE)
    monkeypatch.setattr(references, "LIFE", timedelta(seconds=-1))
    assert references.unseal(reference) is None
