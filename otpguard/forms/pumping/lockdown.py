"""Input about a lock-down of sign-ups: until when, and why."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.forms.reason import ReasonForm


class LockdownForm(ReasonForm):
    """Until when no codes go to the phones of new people."""

    until = forms.DateTimeField(
        label=_("Until"),
        help_text=_("At most 14 days ahead."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    field_order = ("until", "reason")
