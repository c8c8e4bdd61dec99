"""Input of prices: dollars as people write them, with up to six decimals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.money import MICROS, MOST, Rate
from otpguard.forms.choices import CountryField, channel_field, provider_field


def _amount(label: Any, help_text: Any = "") -> forms.DecimalField:  # noqa: ANN401 (a lazy text)
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        min_value=0,
        max_value=MOST // MICROS,
        decimal_places=6,
        initial=0,
    )


class PriceForm(forms.Form):
    """A price of one route to one country, in US dollars."""

    provider = provider_field()
    channel = channel_field()
    country = CountryField(
        help_text=_("Two letters, such as US. Empty: everywhere that has no price of its own.")
    )
    per_try = _amount(_("For each message"), _("US dollars, such as 0.0088."))
    per_success = _amount(_("For each answered code"))
    add_on = _amount(_("Add-on for each message"), _("Such as a vendor's protection from fraud."))
    surcharge = _amount(_("Carrier's surcharge for each message"))
    from_volume = forms.IntegerField(
        label=_("From messages a month"),
        min_value=0,
        max_value=MOST,
        initial=0,
        help_text=_("The price applies after this many messages over this route in a month."),
    )
    valid_from = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: until a newer price takes its place."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day must not be before the first."))
        return cleaned

    def rate(self) -> Rate:
        """The price as a value; after validation."""
        amounts: dict[str, Any] = {
            name: in_micros(self.cleaned_data[name])
            for name in ("per_try", "per_success", "add_on", "surcharge")
        }
        plain: dict[str, Any] = {
            name: self.cleaned_data[name]
            for name in (
                "provider",
                "channel",
                "country",
                "from_volume",
                "valid_from",
                "valid_until",
            )
        }
        return Rate(**plain, **amounts)


class LastDayForm(forms.Form):
    """The last day on which a price is valid."""

    last_day: Any = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def day(self) -> date:
        """The day; after validation."""
        found: date = self.cleaned_data["last_day"]
        return found


def in_micros(dollars: Decimal) -> int:
    """Whole micro-dollars; exact, for the field takes no more than six decimals."""
    return int(dollars * MICROS)
