"""Input of raised limits on codes to new numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.velocity import TABLE, RowName
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.pumping.raise_cap import RaiseTerms, check_raise
from otpguard.forms.errors import add_input_error
from otpguard.forms.reason import ReasonForm
from otpguard.forms.tenant_field import TenantField

_LOCAL = "%Y-%m-%dT%H:%M"
_USUAL = timedelta(days=1)


def rows() -> list[tuple[str, str]]:
    """The limits that can be raised, by the names that the settings have for them."""
    return [(name.value, name.upper()) for name, row in TABLE.items() if row.cap is not None]


class CapRaiseForm(ReasonForm):
    """A limit that is raised. Everything is checked before a step-up is asked for."""

    row = forms.ChoiceField(
        label=_("Limit"), choices=rows, help_text=_("Its name in the setting VELOCITY.")
    )
    limit = forms.IntegerField(label=_("Raised to"), min_value=1)
    key = forms.CharField(
        label=_("Only for"),
        required=False,
        max_length=64,
        help_text=_(
            "One IP address, or the first digits of numbers with their country code. Empty: all."
        ),
    )
    tenant = TenantField(required=False, help_text=_("Empty: the whole site."))
    expires_at = forms.DateTimeField(
        label=_("Expires"),
        help_text=_("At most two weeks ahead."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL),
        initial=lambda: timezone.now() + _USUAL,
    )
    field_order = ("row", "limit", "key", "tenant", "expires_at", "reason")

    def __init__(self, data: Any = None, *, facts: RequestFacts, **options: Any) -> None:  # noqa: ANN401 (a QueryDict, a mapping or None)
        super().__init__(data, **options)
        self._facts = facts

    @property
    def terms(self) -> RaiseTerms:
        """What the flow takes; after validation."""
        given = self.cleaned_data
        return RaiseTerms(
            row=RowName(given["row"]),
            limit=given["limit"],
            key=given["key"],
            tenant=given["tenant"],
            expires_at=given["expires_at"],
            reason=given["reason"],
        )

    def clean(self) -> dict[str, Any]:
        """What the flow refuses is shown at its field."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            check_raise(facts=self._facts, terms=self.terms)
        except InvalidInput as bad:
            add_input_error(self, bad)
        except NotAllowed as refused:
            raise forms.ValidationError(refused.message) from None
        return cleaned
