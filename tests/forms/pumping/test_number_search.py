"""A number to look for is read as anywhere, without anyone's consent."""

from __future__ import annotations

from django.test import override_settings

from otpguard.forms.pumping.number_search import NumberSearchForm

CONSENT = {"PHONE_CONSENT": {"VERSION": "1", "TEXT": "I agree."}}


@override_settings(OTPGUARD=CONSENT)
def test_a_number_is_read_without_a_consent() -> None:
    form = NumberSearchForm({"number": "(201) 555-0123"})
    assert form.is_valid()
    assert form.cleaned_data["number"].e164 == "+12015550123"


def test_what_is_no_number_says_so() -> None:
    assert NumberSearchForm({"number": "12"}).errors["number"]
