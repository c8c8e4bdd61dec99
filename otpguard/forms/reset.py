"""Input about resets: the reason, and which factors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from otpguard.forms.reason import ReasonForm

FACTORS_LIMIT = 100


class FactorIds(forms.Field):
    """A list of factors' ids from a JSON body; None when there is no such list."""

    default_error_messages = {"invalid": _("Give a list of ids, or leave it out to mean all.")}

    def to_python(self, value: Any) -> list[str] | None:  # noqa: ANN401 (Django's signature)
        """A list of UUIDs as text. Raises ValidationError for anything else."""
        if value is None:
            return None
        if not isinstance(value, list) or not 0 < len(value) <= FACTORS_LIMIT:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        key = forms.UUIDField()
        try:
            return [str(key.clean(each)) for each in value]
        except ValidationError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def validate(self, value: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Nothing more: no list at all means all factors, an empty one was refused above."""


class ResetForm(ReasonForm):
    """Why, and which factors; all of them unless some are named."""

    factors = FactorIds(required=False)
