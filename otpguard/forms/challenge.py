"""Input of the step-up pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.codes import CODE_PATTERN


class ChooseForm(forms.Form):
    """Which factor to prove."""

    factor = forms.UUIDField(error_messages={"required": _("Choose how to confirm.")})
    by_email = forms.BooleanField(required=False)


class AnswerForm(forms.Form):
    """The digits that a person typed or pasted; blanks and dashes are removed later.

    Digits run from left to right in every script, also on a page that does not.
    """

    code = forms.CharField(
        max_length=64,
        strip=True,
        error_messages={
            "required": _("Enter the code that was sent to you."),
            "max_length": _("This is longer than a code can be."),
        },
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "pattern": CODE_PATTERN,
                "dir": "ltr",
                "autofocus": True,
                "spellcheck": "false",
                "autocapitalize": "off",
            }
        ),
    )
