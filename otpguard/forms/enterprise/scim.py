"""Input of tokens and groups of customers' directories."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.forms.reason import ReasonForm
from otpguard.forms.tenant_field import TenantField
from otpguard.models import ScimToken
from otpguard.models.fields import PlainTextInput
from otpguard.models.scim.scim_group import ROLE_LENGTH

_YEAR, _MONTH = 366, 30


class LifetimeForm(forms.Form):
    """How long a token lives."""

    days = forms.IntegerField(
        label=_("Days until it expires"), min_value=1, max_value=_YEAR, initial=365
    )

    @property
    def lifetime(self) -> timedelta:
        """The same as a length of time."""
        return timedelta(days=self.cleaned_data["days"])


class NewTokenForm(LifetimeForm):
    """A new token."""

    tenant = TenantField()
    name = PlainTextInput(label=_("Name"), max_length=120, help_text=_("Such as Okta."))
    scope = forms.ChoiceField(label=_("Scope"), choices=ScimToken.Scope.choices)
    field_order = ("tenant", "name", "scope", "days")


class RotationForm(LifetimeForm):
    """A successor of a token."""

    overlap = forms.IntegerField(
        label=_("Days that the old token still works"), min_value=0, max_value=_MONTH, initial=7
    )
    field_order = ("overlap", "days")


class RoleForm(ReasonForm):
    """The role that a group gives."""

    role = PlainTextInput(
        label=_("Role"),
        max_length=ROLE_LENGTH,
        required=False,
        help_text=_("Everybody in the group gets it. Empty: the group gives nothing."),
    )
    field_order = ("role", "reason")
