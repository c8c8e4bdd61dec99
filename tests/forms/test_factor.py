"""Names, saved codes and passkey answers are read with clear words about what is wrong."""

from __future__ import annotations

import pytest
from django import forms

from otpguard.forms.factor import CREDENTIAL_BYTES, CredentialForm, NameForm, RecoveryCodeForm


def test_a_name_is_trimmed() -> None:
    form = NameForm({"name": "  Blue key "})
    assert form.is_valid()
    assert form.cleaned_data["name"] == "Blue key"


def test_a_name_has_nothing_in_it_that_cannot_be_seen() -> None:
    form = NameForm({"name": "Blue\u202e\u2066 key\u200f"})
    assert form.is_valid()
    assert form.cleaned_data["name"] == "Blue key"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (NameForm({"name": " "}), "Enter a name."),
        (NameForm({"name": "\u202e"}), "Enter a name."),
        (NameForm({"name": "x" * 65}), "at most 64"),
        (RecoveryCodeForm({"code": ""}), "Enter one of your recovery codes."),
        (RecoveryCodeForm({"code": "x" * 65}), "longer than a recovery code"),
        (CredentialForm({"code": ""}), "Your browser has not answered"),
        (CredentialForm({"code": "x" * (CREDENTIAL_BYTES + 1)}), "longer than a passkey"),
    ],
)
def test_what_is_missing_or_too_long_says_what_to_do(form: forms.Form, text: str) -> None:
    assert not form.is_valid()
    assert text in str(form.errors)
