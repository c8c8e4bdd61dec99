"""Input of a telephone number."""

from __future__ import annotations

import pytest
from django.test import override_settings

from otpguard.forms.phone import PhoneForm


@pytest.mark.parametrize(
    "typed",
    ["+1 201 555 0123", "(201) 555-0123", " 2015550123 ", "+12015550123", "+1 (201) 555.0123"],
)
def test_a_number_is_read_as_people_write_it(typed: str) -> None:
    form = PhoneForm({"number": typed})
    assert form.is_valid()
    assert form.cleaned_data["number"].e164 == "+12015550123"


def test_a_number_without_a_country_code_is_one_of_the_sites_region() -> None:
    typed = {"number": "030 901820"}
    assert not PhoneForm(typed).is_valid()
    with override_settings(OTPGUARD={"DEFAULT_REGION": "DE"}):
        form = PhoneForm(typed)
        assert form.is_valid()
    assert form.cleaned_data["number"].e164 == "+4930901820"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter your phone number, with its country code."),
        ("call me", "Enter a phone number with its country code"),
        ("+1 201 555", "not a valid phone number"),
        ("+999 201 555 0123", "Enter a phone number with its country code"),
        ("+1 201 555 0123 ext. 9", "Leave out the extension"),
        ("+1 900 555 0123", "cannot be sent to this kind of number"),
        ("+1" + "2" * 40, "longer than a phone number can be"),
        ("<script>alert(1)</script>", "Enter a phone number with its country code"),
    ],
)
def test_what_is_no_number_is_explained_at_its_field(typed: str, says: str) -> None:
    form = PhoneForm({"number": typed})
    assert not form.is_valid()
    assert list(form.errors) == ["number"]
    [message] = form.errors["number"]
    assert says in message


def test_a_keyboard_for_numbers_is_asked_for() -> None:
    shown = str(PhoneForm()["number"])
    assert 'autocomplete="tel"' in shown
    assert 'inputmode="tel"' in shown
