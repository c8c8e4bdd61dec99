"""A tenant's industry, and where its policy stands below what security reviews ask for."""

from __future__ import annotations

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import NOTHING, checkpoint_text
from otpguard.core.industries import LABELS, industry_named
from otpguard.flows.tenant.below_defensible import fields_below_defensible
from otpguard.forms.team.policy_text import field_label
from otpguard.models import Tenant


@admin.display(description=_("industry"))
def industry_column(obj: Tenant) -> str:
    """The industry by its name; a word of another release is shown as it is."""
    named = industry_named(obj.industry)
    return str(_(LABELS[named])) if named is not None else obj.industry or NOTHING


@admin.display(description=_("below the preset defensible"))
def below_column(obj: Tenant) -> SafeString | str:
    """The operations whose policy stands below it, each with its fields."""
    found = fields_below_defensible(obj, now=timezone.now())
    lines = (
        (checkpoint_text(slug), ", ".join(field_label(name) for name in names))
        for slug, names in found.items()
    )
    return format_html_join("", "<div>{}: {}</div>", lines) or NOTHING
