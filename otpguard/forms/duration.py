"""A field for a duration that is typed with its unit."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.duration_text import read_seconds


class DurationField(forms.Field):
    """Gives whole seconds, None for an empty field that is not required."""

    widget = forms.TextInput

    def to_python(self, value: object) -> int | None:
        """Raises ValidationError for a number without a unit, and for anything else."""
        if value in self.empty_values:
            return None
        try:
            return read_seconds(str(value))
        except ValueError:
            raise forms.ValidationError(
                _("Enter a duration with its unit, such as 90 s, 15 min or 24 h.")
            ) from None
