"""Input about members and the holds on them."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.forms.choices import check_role, checkpoint_field
from otpguard.forms.reason import ReasonForm
from otpguard.forms.suggestions import RoleBoxes
from otpguard.forms.tenant_field import TenantField
from otpguard.forms.user_field import UserField

HOURS_LIMIT = 24 * 30


class MemberForm(ReasonForm):
    """Roles and activity of a member."""

    roles = forms.CharField(
        label=_("Roles"),
        required=False,
        help_text=_(
            "Gaining admin, billing_admin or api_admin starts a waiting period before the first"
            " sensitive action."
        ),
        widget=RoleBoxes,
    )
    active = forms.BooleanField(
        label=_("Active"),
        required=False,
        initial=True,
        help_text=_(
            "If this is off, the person is not a member, and their proofs here end at once."
        ),
    )
    field_order = ("tenant", "username", "roles", "active", "reason")

    def clean_roles(self) -> list[str]:
        """A list of role names, each once."""
        given = [role.strip() for role in str(self.cleaned_data["roles"]).split(",")]
        roles = list(dict.fromkeys(role for role in given if role))
        for role in roles:
            check_role(role)
        return roles


class NewMemberForm(MemberForm):
    """Add a person who has an account to a known tenant."""

    username = UserField()


class NewMemberOfForm(NewMemberForm):
    """The same, with a field for the tenant."""

    tenant = TenantField()


class HoldForm(ReasonForm):
    """A hold on one member."""

    checkpoint = checkpoint_field(for_holds=True)
    hours = forms.IntegerField(
        label=_("Hours"), min_value=1, max_value=HOURS_LIMIT, initial=24, help_text=_("From now.")
    )
    field_order = ("checkpoint", "hours", "reason")

    @property
    def duration(self) -> timedelta:
        """How long; after validation."""
        return timedelta(hours=self.cleaned_data["hours"])
