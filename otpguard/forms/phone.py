"""Input of a phone number, and of the consent to messages to it where the site asks for one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.phone import InvalidPhoneError, PhoneNumber, parse_phone


class _Box(forms.TextInput):
    """A box whose value is the version of the text next to it."""

    input_type = "checkbox"


class PhoneForm(forms.Form):
    """A number as a person types it; `cleaned_data["number"]` is a PhoneNumber.

    With the setting PHONE_CONSENT, `asked`, there is a box to tick, whose value is the version of
    the text that was read: `cleaned_data["consent"]`.
    """

    number = forms.CharField(
        label=_("Phone number"),
        max_length=64,
        error_messages={
            "required": _("Enter your phone number, with its country code."),
            "max_length": _("This is longer than a phone number can be."),
        },
        widget=forms.TextInput(
            attrs={
                "autocomplete": "tel",
                "inputmode": "tel",
                "placeholder": "+1 201 555 0123",
                "dir": "ltr",
            }
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (a form's own)
        super().__init__(*args, **kwargs)
        self.asked = settings().phone_consent
        if self.asked is not None:
            self.fields["consent"] = forms.CharField(
                label=str(self.asked.text),
                error_messages={"required": _("Agree to get codes at this number, or go back.")},
                widget=_Box,
            )

    def clean_number(self) -> PhoneNumber:
        """Read the number, or say what is wrong with it."""
        try:
            return parse_phone(self.cleaned_data["number"], region=settings().default_region)
        except InvalidPhoneError as error:
            raise forms.ValidationError(gettext(str(error))) from None

    def clean_consent(self) -> str:
        """The version that the person agreed to: the one that counts now."""
        given: str = self.cleaned_data["consent"]
        if self.asked is None or given != self.asked.version:
            raise forms.ValidationError(_("This text has changed: read it, and agree to it again."))
        return given
