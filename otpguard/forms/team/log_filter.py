"""Input of the page of a tenant's log: which events to show."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.events.base import CATALOG
from otpguard.core.host_event import HOST_EVENTS
from otpguard.labels import event_label


class LogFilterForm(forms.Form):
    """Whose events, of which kind, and of which days, both included; each may be left out."""

    kind = forms.ChoiceField(required=False, label=_("What happened"))
    actor = forms.CharField(required=False, max_length=255, label=_("Who did it"))
    since = forms.DateField(required=False, label=_("From this day"))
    until = forms.DateField(required=False, label=_("To this day"))

    def __init__(self, data: Any) -> None:  # noqa: ANN401 (a mapping of what was asked)
        super().__init__(data, auto_id="otpguard-%s")
        kinds = [(kind.code, event_label(kind.code)) for kind in (*CATALOG, *HOST_EVENTS)]
        listed = sorted(kinds, key=lambda each: str(each[1]).casefold())
        self.fields["kind"].choices = [("", _("everything")), *listed]  # type: ignore[attr-defined]  # a ChoiceField
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "og-input"
            if name in ("since", "until"):
                field.widget.input_type = "date"
                field.widget.format = "%Y-%m-%d"
