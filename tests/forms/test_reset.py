"""Input about resets is read strictly."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.forms.reset import FACTORS_LIMIT, ResetForm

ID = "0b6b5f0e-6c1f-4c0e-9a57-0f0d8f0f6a11"


@pytest.mark.parametrize(
    ("factors", "read"),
    [(None, None), ([ID], [ID]), ([ID.upper()], [ID])],
    ids=["all", "one", "spelled otherwise"],
)
def test_no_list_means_all_factors(factors: Any, read: Any) -> None:
    form = ResetForm({"reason": " lost ", "factors": factors})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"reason": "lost", "factors": read}


@pytest.mark.parametrize(
    "factors",
    [[], "all", ID, {"id": ID}, [ID, "no-id"], [None], [[ID]], [ID] * (FACTORS_LIMIT + 1), 0, ""],
    ids=["none", "word", "id", "object", "no id", "null", "nested", "many", "zero", "blank"],
)
def test_what_is_no_list_of_ids_never_means_all(factors: Any) -> None:
    form = ResetForm({"reason": "lost", "factors": factors})
    assert set(form.errors) == {"factors"}


@pytest.mark.parametrize(
    "reason", [None, "", "  ", "x" * 121], ids=["none", "empty", "blank", "long"]
)
def test_a_reason_is_required_and_short(reason: Any) -> None:
    assert set(ResetForm({"reason": reason}).errors) == {"reason"}
