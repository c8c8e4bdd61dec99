"""Input of a further e-mail address for notices."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from otpguard.core.phone import mask_email
from otpguard.intel.disposable import is_disposable_email


def refuse_disposable_email(email: str) -> None:
    """A validator for the e-mail field of a sign-up form. Raises ValidationError for a throw-away
    mailbox, as `otpguard.is_disposable_email` knows them."""
    if is_disposable_email(email):
        raise ValidationError(
            _("Use a permanent e-mail address, such as your work address."),
            code="disposable_email",
        )


class EmailForm(forms.Form):
    """An e-mail address; pages show `masked` afterwards."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        error_messages={
            "required": _("Enter an e-mail address."),
            "invalid": _("Enter an e-mail address, such as name@example.com."),
            "max_length": _("This is longer than an e-mail address can be."),
        },
        widget=forms.EmailInput(
            attrs={
                "autocomplete": "email",
                "inputmode": "email",
                "autocapitalize": "off",
                "spellcheck": "false",
                "placeholder": "name@example.com",
                "dir": "ltr",
            }
        ),
    )

    @property
    def masked(self) -> str:
        """The valid e-mail address as it may be shown; empty as long as it is not valid."""
        email = self.cleaned_data.get("email", "") if self.is_valid() else ""
        return mask_email(email) if email else ""
