"""Why something is done: the one field of most changes by operators."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """A reason, kept in the audit log beside what was done."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=120,
        help_text=_("Kept in the audit log, for whoever asks later. No names, no phone numbers."),
        widget=forms.TextInput(attrs={"size": "60"}),
    )
