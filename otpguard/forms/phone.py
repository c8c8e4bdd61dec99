"""Input of a telephone number."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.phone import InvalidPhoneError, PhoneNumber, parse


class PhoneForm(forms.Form):
    """A number as a person types it; `cleaned_data["number"]` is a PhoneNumber."""

    number = forms.CharField(
        label=_("Phone number"),
        max_length=32,
        error_messages={
            "required": _("Enter your phone number, with its country code."),
            "max_length": _("This is longer than a phone number can be."),
        },
        widget=forms.TextInput(
            attrs={"autocomplete": "tel", "inputmode": "tel", "placeholder": "+1 201 555 0123"}
        ),
    )

    def clean_number(self) -> PhoneNumber:
        """Read the number, or say what is wrong with it."""
        try:
            return parse(self.cleaned_data["number"], region=settings().default_region)
        except InvalidPhoneError as error:
            raise forms.ValidationError(gettext(str(error))) from None
