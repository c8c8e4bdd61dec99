"""Input of a further e-mail address for notices."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from otpguard.forms.email import EmailForm, refuse_disposable_email


def test_an_email_is_read_and_may_be_named_masked() -> None:
    form = EmailForm({"email": " kim@example.org "})
    assert form.is_valid()
    assert form.cleaned_data["email"] == "kim@example.org"
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
def test_what_is_no_email_is_explained_and_never_echoed(typed: str, says: str) -> None:
    form = EmailForm({"email": typed})
    assert not form.is_valid()
    assert any(says in message for message in form.errors["email"])
    assert form.masked == ""
    assert EmailForm().masked == ""


def test_a_browser_may_fill_it_in_and_shows_the_keyboard_for_it() -> None:
    shown = str(EmailForm()["email"])
    assert 'type="email"' in shown
    assert 'autocomplete="email"' in shown
    assert 'inputmode="email"' in shown


def test_a_sign_up_form_may_refuse_throw_away_mailboxes() -> None:
    refuse_disposable_email("ann@example.com")
    with pytest.raises(ValidationError, match="Use a permanent e-mail address"):
        refuse_disposable_email("ann@mailinator.com")
