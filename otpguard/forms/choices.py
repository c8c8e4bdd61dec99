"""What several forms let people choose: a provider, a channel, a country, a checkpoint, a role.

The lists are read when a form is made, because they depend on the settings.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.channels import catalog
from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.checkpoints import EVERY, SENSITIVE
from otpguard.core.enrollment import ROLE
from otpguard.core.phone import is_country
from otpguard.labels import CHANNELS, Text, checkpoint_label

Choices = list[tuple[str, Text]]


def provider_field(
    *,
    serves: Channel | None = None,
    empty: Text = "",
    **options: Any,  # noqa: ANN401 (Django's options)
) -> forms.ChoiceField:
    """Any provider, or those of a channel. `empty` is the label of the empty choice."""
    return forms.ChoiceField(
        **{"label": _("Provider"), **options},
        choices=partial(_providers, serves, empty),
        required=not empty,
    )


def channel_field(*, empty: Text = "") -> forms.ChoiceField:
    """A channel. `empty` is the label of the empty choice."""
    named: Choices = [(channel.value, text) for channel, text in CHANNELS.items()]
    return forms.ChoiceField(
        label=_("Channel"), choices=[*_none(empty), *named], required=not empty
    )


class CountryField(forms.CharField):
    """A country's two letters, in capitals; it may be left empty."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 (Django's options)
        super().__init__(**{"label": _("Country"), "required": False, "max_length": 2, **options})

    def clean(self, value: object) -> str:
        """Raises ValidationError for anything else."""
        typed = str(super().clean(value))
        country = typed.upper()
        # In capitals, ß is two letters.
        if typed and not (len(typed) == len(country) and is_country(country)):
            raise forms.ValidationError(
                _("Enter a country by its two capital letters, such as US.")
            )
        return country


def checkpoint_field(*, for_holds: bool = False, one: bool = False) -> forms.ChoiceField:
    """A checkpoint, or every one. `for_holds` leaves out those that no hold covers, and offers all
    sensitive ones together; `one` offers single ones alone."""
    return forms.ChoiceField(label=_("Checkpoint"), choices=partial(_checkpoints, for_holds, one))


def check_role(role: str) -> None:
    """Check a role's name. Raises ValidationError."""
    if not ROLE.fullmatch(role):
        raise forms.ValidationError(
            _("“%(role)s” is not a role name: use lower-case letters, digits and _ . -"),
            params={"role": role},
        )


def _providers(serves: Channel | None, empty: Text) -> Choices:
    names = catalog.providers().names() if serves is None else catalog.serving(serves)
    return [*_none(empty), *((name, name) for name in names)]


def _checkpoints(for_holds: bool, one: bool) -> Choices:  # noqa: FBT001 (bound above)
    known = settings().checkpoints.values()
    named = [each for each in known if each.can_be_held or not for_holds]
    sensitive = [(SENSITIVE, _("Every sensitive action"))] if for_holds else []
    every = [] if one else [(EVERY, _("Every checkpoint"))]
    return [
        *sensitive,
        *every,
        *((each.slug, checkpoint_label(each)) for each in named),
    ]


def _none(empty: Text) -> Choices:
    return [("", empty)] if empty else []
