"""Input of a further address for notices."""

from __future__ import annotations

import pytest

from otpguard.forms.address import AddressForm


def test_an_address_is_read_and_may_be_named_masked() -> None:
    form = AddressForm({"address": " kim@example.org "})
    assert form.is_valid()
    assert form.cleaned_data["address"] == "kim@example.org"
    assert form.masked == "k•••@example.org"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter an e-mail address."),
        ("kim", "such as name@example.com"),
        ("kim@example.org, lou@example.org", "such as name@example.com"),
        ("kim@example.org\nBcc: eve@example.net", "such as name@example.com"),
        ("k" * 250 + "@example.org", "longer than an e-mail address can be"),
    ],
)
def test_what_is_no_address_is_explained_and_never_echoed(typed: str, says: str) -> None:
    form = AddressForm({"address": typed})
    assert not form.is_valid()
    assert any(says in message for message in form.errors["address"])
    assert form.masked == ""
    assert AddressForm().masked == ""


def test_a_browser_may_fill_it_in_and_shows_the_keyboard_for_it() -> None:
    shown = str(AddressForm()["address"])
    assert 'type="email"' in shown
    assert 'autocomplete="email"' in shown
    assert 'inputmode="email"' in shown
