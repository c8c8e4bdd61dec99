"""Input of a further address for notices."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.phone import mask_email


class AddressForm(forms.Form):
    """An e-mail address; `masked` is how the page may name it afterwards."""

    address = forms.EmailField(
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
            }
        ),
    )

    @property
    def masked(self) -> str:
        """The valid address as it may be shown; empty as long as it is not valid."""
        address = self.cleaned_data.get("address", "") if self.is_valid() else ""
        return mask_email(address) if address else ""
