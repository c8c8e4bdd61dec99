"""A reason is asked for and kept short."""

from __future__ import annotations

import pytest

from otpguard.forms.reason import ReasonForm


def test_a_reason_is_trimmed() -> None:
    form = ReasonForm({"reason": "  lost phone "})
    assert form.is_valid()
    assert form.cleaned_data["reason"] == "lost phone"


def test_a_reason_has_nothing_in_it_that_cannot_be_seen() -> None:
    form = ReasonForm({"reason": "lost\u202e\nphone"})
    assert form.is_valid()
    assert form.cleaned_data["reason"] == "lost phone"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 121, "\u2066\u2069"])
def test_none_or_too_much_is_refused(reason: str) -> None:
    assert not ReasonForm({"reason": reason}).is_valid()
