"""Why something is done: the one field of most changes by operators."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.models.fields import REASON_LENGTH, PlainTextInput


class ReasonForm(forms.Form):
    """A reason, kept in the audit log together with what was done."""

    reason = PlainTextInput(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        help_text=_("Kept in the audit log, for people who ask later. No names, no phone numbers."),
        widget=forms.TextInput(attrs={"size": "60"}),
    )
