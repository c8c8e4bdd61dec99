"""Input about routes: what an operator switches off."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.forms.reason import ReasonForm
from otpguard.labels import CHANNELS


class SwitchForm(ReasonForm):
    """What is to be stopped. At least one of the three is named; the others mean any."""

    provider = forms.ChoiceField(label=_("Provider"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=_("Country"),
        required=False,
        help_text=_("Two letters, such as US. Empty: every country."),
    )
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("Empty: until somebody ends it."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    field_order = ("provider", "channel", "country", "until", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Django's signature)
        super().__init__(*args, **kwargs)
        _choose(self, "provider", [(name, name) for name in settings().providers])
        _choose(self, "channel", [(each.value, str(CHANNELS[each])) for each in Channel])

    def clean_country(self) -> str:
        """Capital letters, as everywhere in the rules."""
        return str(self.cleaned_data["country"]).upper()

    def clean(self) -> dict[str, Any]:
        """Nothing named would stop everything."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(cleaned.get(name) for name in ("provider", "channel", "country")):
            raise forms.ValidationError(_("Name a provider, a channel or a country."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes; after validation."""
        return {name: self.cleaned_data[name] for name in self.field_order}


def _choose(form: forms.Form, name: str, known: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared above)
    field.choices = [("", _("any")), *known]
