"""Input of policy wishes: made from the fields of Policy, so pages, admin and API agree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.assurance import AssuranceLevel, Channel, FactorKind
from otpguard.core.policy import POLICY_FIELDS, UserVerification, is_site_only
from otpguard.core.wishes import WishError, parse
from otpguard.labels import CHANNELS, FACTOR_KINDS, Text

UNSET = ""
_KINDS = [(str(kind), FACTOR_KINDS[kind]) for kind in FactorKind]
_CHANNELS = [(str(channel), CHANNELS[channel]) for channel in Channel]
_VERIFICATION = [
    (UNSET, _("default")),
    (UserVerification.PREFERRED.name.lower(), _("where it can")),
    (UserVerification.REQUIRED.name.lower(), _("always")),
]
_FLAG = [(UNSET, _("default")), ("true", _("yes")), ("false", _("no"))]


def _field(name: str, annotation: str, *, label: Text, help_text: Text) -> forms.Field:
    common: dict[str, Any] = {"required": False, "label": label, "help_text": help_text}
    if annotation == "bool":
        return forms.ChoiceField(choices=_FLAG, **common)
    if annotation == "AssuranceLevel":
        levels = [(level.name, level.name) for level in AssuranceLevel]
        return forms.ChoiceField(choices=[(UNSET, _("default")), *levels], **common)
    if annotation == "UserVerification":
        return forms.ChoiceField(choices=_VERIFICATION, **common)
    if name == "allowed_factors":
        return forms.MultipleChoiceField(
            choices=_KINDS, widget=forms.CheckboxSelectMultiple, **common
        )
    if name == "allowed_channels":
        return forms.MultipleChoiceField(
            choices=_CHANNELS, widget=forms.CheckboxSelectMultiple, **common
        )
    if name == "preferred_methods":
        common["help_text"] += _(
            " Names in order, separated by commas: sms, whatsapp, voice, email."
        )
        return forms.CharField(**common)
    return forms.IntegerField(**common)


class PolicyForm(forms.Form):
    """Wishes for one checkpoint. An empty field wishes nothing; the default then counts.

    `wishes` holds the parsed values after validation. The bounds are those of
    `otpguard.core.wishes`, so a window of 31 minutes is refused here as everywhere.
    """

    def __init__(self, *args: Any, by_tenant: bool, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.wishes: dict[str, Any] = {}
        self._by_tenant = by_tenant
        for field in POLICY_FIELDS:
            if not is_site_only(field.name):
                self.fields[field.name] = _field(
                    field.name,
                    str(field.type),
                    label=_(field.metadata["label"]),
                    help_text=_(field.metadata["help"]),
                )

    def clean(self) -> dict[str, Any]:
        """Parse what was filled in; each mistake stands at its field."""
        cleaned = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):  # add_error takes fields out
            if value in (UNSET, None, []):
                continue
            raw = _raw(name, value)
            try:
                self.wishes.update(parse({name: raw}, by_tenant=self._by_tenant))
            except WishError as error:
                self.add_error(name, error.message)
        return cleaned


def initial_of(wishes: Mapping[str, Any]) -> dict[str, Any]:
    """The form's initial values for stored wishes in JSON form."""
    return {
        name: ("true" if value else "false")
        if isinstance(value, bool)
        else ", ".join(value)
        if name == "preferred_methods"
        else value
        for name, value in wishes.items()
    }


def _raw(name: str, value: Any) -> Any:  # noqa: ANN401 (each field has its own type)
    if value in {"true", "false"} if isinstance(value, str) else False:
        return value == "true"
    if name == "preferred_methods":
        return [item.strip() for item in str(value).split(",") if item.strip()]
    return int(value.total_seconds()) if isinstance(value, timedelta) else value
