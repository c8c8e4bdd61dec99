"""Input of the page of an organization's directory: tokens, and the role of a group."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.flows.scim.token import LONGEST_LIFE, LONGEST_OVERLAP
from otpguard.forms.team.plain_form import PlainForm
from otpguard.models import ScimToken
from otpguard.models.fields import PlainTextInput
from otpguard.models.scim.scim_group import ROLE_LENGTH

USUAL_LIFE, USUAL_OVERLAP = 365, 7


class DirectoryTokenForm(PlainForm):
    """A new token."""

    name = PlainTextInput(label=_("Name"), max_length=120, help_text=_("Such as Okta."))
    scope = forms.ChoiceField(label=_("What it may do"), choices=ScimToken.Scope.choices)
    days = forms.IntegerField(
        label=_("Days until it expires"),
        min_value=1,
        max_value=LONGEST_LIFE.days,
        initial=USUAL_LIFE,
    )

    @property
    def lifetime(self) -> timedelta:
        """How long the token lives; after validation."""
        return timedelta(days=self.cleaned_data["days"])


class TokenSuccessorForm(PlainForm):
    """How long the token before goes on."""

    overlap = forms.IntegerField(
        label=_("Days that the old token still works"),
        min_value=0,
        max_value=LONGEST_OVERLAP.days,
        initial=USUAL_OVERLAP,
    )


class GroupRoleForm(PlainForm):
    """The role that a group gives."""

    role = PlainTextInput(
        label=_("Role"),
        max_length=ROLE_LENGTH,
        required=False,
        help_text=_("Everybody in the group gets it. Empty: the group gives nothing."),
    )
