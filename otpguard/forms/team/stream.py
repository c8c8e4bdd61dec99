"""Input about an event stream of an organization, on its own page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.forms.audit.log_stream import StreamForm


class TeamStreamForm(StreamForm):
    """A stream to set up, in the look of the organization's pages."""

    def __init__(self, data: Any = None, **options: Any) -> None:  # noqa: ANN401 (what was sent)
        super().__init__(data, **{"auto_id": "otpguard-%s", **options})
        self.fields["sink"].label = _("Receiver")
        self.fields["url"].label = _("Address")
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = "og-input"
        self.fields["url"].widget.attrs["dir"] = "ltr"
