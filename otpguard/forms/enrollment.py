"""Input of enrollment rules: one form for the admin and the API, so both refuse the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import AHEAD_LIMIT, GRACE_LIMIT
from otpguard.forms.choices import check_role
from otpguard.forms.suggestions import RoleInput
from otpguard.forms.tenant_field import TenantField
from otpguard.labels import Text, level_label
from otpguard.models import EnrollmentRule

NAMES = ("level", "starts_at", "grace_days")
_OLDEST = 2000
_LOCAL = "%Y-%m-%dT%H:%M"


def _levels() -> list[tuple[str, Text]]:
    levels = [(level.name, level_label(level)) for level in AssuranceLevel]
    return [("", _("any factor")), *levels]


class RuleForm(forms.Form):
    """The level a rule asks for, its start and its grace period."""

    level = forms.ChoiceField(
        label=_("Level"),
        choices=_levels,
        required=False,
        help_text=_("The level that a member's best factor must be able to reach."),
    )
    starts_at = forms.DateTimeField(
        label=_("From"),
        required=False,
        help_text=_("Empty: from now on. Members see the deadline as soon as the rule is saved."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL),
    )
    grace_days = forms.IntegerField(
        label=_("Days of grace"),
        min_value=0,
        max_value=GRACE_LIMIT.days,
        initial=14,
        help_text=_(
            "Counted from the start, or for later members from when they joined. After"
            " that, people without such a factor can do nothing but enroll."
        ),
    )

    def clean_starts_at(self) -> datetime | None:
        """The start, at most five years ahead."""
        at: datetime | None = self.cleaned_data["starts_at"]
        if at and not (at.year >= _OLDEST and at - timezone.now() <= AHEAD_LIMIT):
            raise forms.ValidationError(_("Enter a moment within the next five years."))
        return at

    def values(self, now: datetime) -> dict[str, Any]:
        """What the flow takes; after validation."""
        cleaned = self.cleaned_data
        return {
            "level": AssuranceLevel[cleaned["level"]] if cleaned["level"] else None,
            "starts_at": cleaned["starts_at"] or now,
            "grace_days": cleaned["grace_days"],
        }


class NewRuleForm(RuleForm):
    """The same, with tenant and role. `tenant` becomes the tenant, or None for the site."""

    tenant = TenantField(
        required=False,
        help_text=_("Leave it empty for a rule of the site, which counts in all organizations."),
    )
    role = forms.CharField(
        label=_("Role"),
        max_length=40,
        required=False,
        widget=RoleInput,
        help_text=_("Leave it empty for everybody. A rule for the same role is replaced."),
    )
    field_order = ("tenant", "role", *NAMES)

    def clean_role(self) -> str:
        """A role name as memberships have them."""
        role = str(self.cleaned_data["role"]).strip()
        if role:
            check_role(role)
        return role


def from_json(raw: Mapping[str, Any]) -> RuleForm:
    """A form over a JSON object, whose values may be of any type."""
    return RuleForm({name: "" if raw.get(name) is None else str(raw[name]) for name in NAMES})


def initial_of(rule: EnrollmentRule) -> dict[str, Any]:
    """The form's initial values for a stored rule."""
    return {
        "level": "" if rule.level is None else AssuranceLevel(rule.level).name,
        "starts_at": rule.starts_at,
        "grace_days": rule.grace_days,
    }
