"""Input about routes: what an operator switches off."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.forms.choices import CountryField, channel_field, provider_field
from otpguard.forms.reason import ReasonForm


class SwitchForm(ReasonForm):
    """What to switch off. At least one of the three must be named; an empty one means any."""

    provider = provider_field(empty=_("any"))
    channel = channel_field(empty=_("any"))
    country = CountryField(help_text=_("Two letters, such as US. Empty: every country."))
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("Empty: until somebody ends it."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    field_order = ("provider", "channel", "country", "until", "reason")

    def clean(self) -> dict[str, Any]:
        """Refuse an empty form, which would switch off everything."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(cleaned.get(name) for name in ("provider", "channel", "country")):
            raise forms.ValidationError(_("Name a provider, a channel or a country."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes; after validation."""
        return {name: self.cleaned_data[name] for name in self.field_order}
