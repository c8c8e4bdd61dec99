"""Input about members and the holds on them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.checkpoints import EVERY
from otpguard.forms.reason import ReasonForm
from otpguard.forms.tenant_field import TenantField
from otpguard.labels import checkpoint_label

_ROLE = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
HOURS_LIMIT = 24 * 30


class MemberForm(ReasonForm):
    """Roles and activity of a member."""

    roles = forms.CharField(
        label=_("Roles"),
        required=False,
        help_text=_(
            "Separated by commas. Gaining admin, billing_admin or api_admin starts a waiting period"
            " before the first sensitive action."
        ),
        widget=forms.TextInput(attrs={"size": "60", "placeholder": "member, billing_admin"}),
    )
    active = forms.BooleanField(
        label=_("Active"),
        required=False,
        initial=True,
        help_text=_("Without it the person is no member, and their proofs here end at once."),
    )
    field_order = ("tenant", "username", "roles", "active", "reason")

    def clean_roles(self) -> list[str]:
        """A list of role names, each once."""
        given = [role.strip() for role in str(self.cleaned_data["roles"]).split(",")]
        roles = list(dict.fromkeys(role for role in given if role))
        for role in roles:
            if not _ROLE.fullmatch(role):
                raise forms.ValidationError(
                    _("“%(role)s” is no role name: use lower-case letters, digits and _ . -"),
                    params={"role": role},
                )
        return roles


class NewMemberForm(MemberForm):
    """Somebody who has an account already, as a member of a tenant that is known."""

    username = forms.CharField(
        label=_("Username"),
        max_length=254,
        help_text=_("The name the person logs in with. They must have an account already."),
    )

    def clean_username(self) -> str:
        """The id of that user, by the name they log in with and nothing else (A1)."""
        users = get_user_model()
        name = self.cleaned_data["username"]
        found = users._default_manager.filter(  # noqa: SLF001 (Django's documented name)
            **{users.USERNAME_FIELD: name}
        ).first()
        if found is None:
            raise forms.ValidationError(_("Nobody logs in with that name."))
        return str(found.pk)


class NewMemberOfForm(NewMemberForm):
    """The same where the tenant has to be named as well."""

    tenant = TenantField()


class HoldForm(ReasonForm):
    """A hold on one member."""

    checkpoint = forms.ChoiceField(label=_("Checkpoint"))
    hours = forms.IntegerField(
        label=_("Hours"), min_value=1, max_value=HOURS_LIMIT, initial=24, help_text=_("From now.")
    )
    field_order = ("checkpoint", "hours", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Django's signature)
        super().__init__(*args, **kwargs)
        known = settings().checkpoints.values()
        named = [(each.slug, checkpoint_label(each)) for each in known if not each.anonymous]
        field = self.fields["checkpoint"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared above)
        field.choices = [(EVERY, _("Every checkpoint")), *named]

    @property
    def duration(self) -> timedelta:
        """How long; after validation."""
        return timedelta(hours=self.cleaned_data["hours"])
