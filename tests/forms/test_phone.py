"""Input of a phone number."""

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
        ("+1" + "2" * 80, "longer than a phone number can be"),
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


def asked(**typed: str) -> PhoneForm:
    with override_settings(
        OTPGUARD={"PHONE_CONSENT": {"VERSION": "2026-03", "TEXT": "I agree to get codes."}}
    ):
        form = PhoneForm({"number": "+12015550123", **typed})
        form.is_valid()
        return form


def test_without_the_setting_no_consent_is_asked_for() -> None:
    assert "consent" not in PhoneForm().fields


def test_the_version_that_was_agreed_to_is_read() -> None:
    assert asked(consent="2026-03").cleaned_data["consent"] == "2026-03"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, "Agree to get codes at this number"),
        ({"consent": ""}, "Agree to get codes at this number"),
        ({"consent": "2025-01"}, "This text has changed"),
        ({"consent": "on"}, "This text has changed"),
    ],
)
def test_no_consent_and_one_to_another_text_are_mistakes(typed: dict[str, str], says: str) -> None:
    form = asked(**typed)
    assert list(form.errors) == ["consent"]
    assert says in form.errors["consent"][0]
