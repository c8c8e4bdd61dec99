"""A field in which a person chooses a tenant, or names it by its short name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.forms.suggestions import TenantChoice
from otpguard.models import Tenant


class TenantField(forms.SlugField):
    """Gives the tenant of that slug, None for an empty one where none is required."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 (Django's options)
        usual = {"label": _("Organization"), "max_length": 64, "widget": TenantChoice}
        super().__init__(**{**usual, **options})

    def clean(self, value: object) -> Tenant | None:
        """Raises ValidationError for a slug that nobody has."""
        slug = super().clean(value)
        if not slug:
            return None
        found = Tenant.objects.filter(slug=slug).first()
        if found is None:
            raise forms.ValidationError(_("No organization has this short name."))
        return found
