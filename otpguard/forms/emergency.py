"""The emergency envelope as programs ask for it: what it opens, and one code of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.emergency import HOURS
from otpguard.flows.emergency.envelope import openable
from otpguard.forms.reason import ReasonForm


class EnvelopeForm(forms.Form):
    """Which operations the envelope opens."""

    checkpoints = forms.MultipleChoiceField(label=_("Operations"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Django's signature)
        super().__init__(*args, **kwargs)
        field = self.fields["checkpoints"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 (it stands above)
        field.choices = [(slug, slug) for slug in openable()]


class EmergencyCodeForm(ReasonForm):
    """One printed code, for how long, and whether it is a drill."""

    code = forms.CharField(label=_("Emergency code"), max_length=64)
    hours = forms.TypedChoiceField(
        label=_("For how long"), coerce=int, choices=[(each, each) for each in HOURS]
    )
    drill = forms.BooleanField(label=_("Only a drill"), required=False)
