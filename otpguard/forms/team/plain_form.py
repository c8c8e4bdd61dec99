"""What the forms of an organization's pages share: ids and looks that fit the pages."""

from __future__ import annotations

from typing import Any

from django import forms


class PlainForm(forms.Form):
    """A form that the include `team/includes/fields.html` shows."""

    def __init__(self, data: Any = None, **options: Any) -> None:  # noqa: ANN401 (what was sent)
        super().__init__(data, **{"auto_id": "otpguard-%s", **options})
        for field in self.fields.values():
            ticked = isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple)
            if not ticked:
                field.widget.attrs["class"] = "og-input"
