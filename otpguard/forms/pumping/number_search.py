"""A number to look for: typed as anywhere, and without asking for anybody's consent."""

from __future__ import annotations

from typing import Any

from otpguard.forms.phone import PhoneForm


class NumberSearchForm(PhoneForm):
    """`cleaned_data["number"]` is a PhoneNumber."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (a form's own)
        super().__init__(*args, **kwargs)
        self.fields.pop("consent", None)
        self.fields["number"].widget.attrs["autocomplete"] = "off"
