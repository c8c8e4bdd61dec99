"""Input about tenants."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.checkpoints import EVERY
from otpguard.forms.reason import ReasonForm
from otpguard.forms.tenant_field import TenantField
from otpguard.labels import checkpoint_label
from otpguard.models import Tenant

_REGION = re.compile(r"[A-Z]{2,8}")
_NAMES = ("name", "brand", "annual_contract_value", "region", "environment", "industry", "tags")


def _column(name: str) -> Any:  # noqa: ANN401 (a form field, as Django makes it of the column)
    return Tenant._meta.get_field(name).formfield()  # type: ignore[union-attr]  # noqa: SLF001


class _TenantFields(forms.Form):
    """The columns of a tenant that operators set, but for its status."""

    name = _column("name")
    brand = _column("brand")
    annual_contract_value = _column("annual_contract_value")
    region = forms.CharField(
        label=_("Region"), max_length=8, initial="US", help_text=_("A country's code, or EU.")
    )
    environment = _column("environment")
    industry = _column("industry")
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        help_text=_("Separated by commas. Such as health, payments, EU."),
    )

    def clean_region(self) -> str:
        """Upper case letters only, as everywhere in the rules."""
        region = str(self.cleaned_data["region"]).upper()
        if not _REGION.fullmatch(region):
            raise forms.ValidationError(_("Enter two to eight letters, such as US or EU."))
        return region

    def clean_tags(self) -> list[str]:
        """A list without repeats, in the order given."""
        given = (tag.strip() for tag in str(self.cleaned_data["tags"]).split(","))
        return list(dict.fromkeys(tag for tag in given if tag))

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes; after validation."""
        return {name: self.cleaned_data[name] for name in _NAMES}


class TenantForm(_TenantFields, ReasonForm):
    """Change a tenant."""

    field_order = (*_NAMES, "reason")


class NewTenantForm(_TenantFields):
    """Create a tenant."""

    slug = forms.SlugField(
        label=_("Short name"),
        max_length=64,
        help_text=_("Lower-case letters, digits and hyphens; it stays as it is."),
    )
    field_order = ("name", "slug")


def initial_of(tenant: Tenant) -> dict[str, Any]:
    """The form's initial values for a tenant."""
    values = {name: getattr(tenant, name) for name in _NAMES}
    return {**values, "tags": ", ".join(tenant.tags)}


class PolicyPlaceForm(forms.Form):
    """Whose policy, at which checkpoint. `tenant` is the tenant, or None for the site."""

    tenant = TenantField(
        required=False,
        help_text=_("Leave it empty for the site's own wishes, which all tenants start from."),
    )
    checkpoint = forms.ChoiceField(label=_("Checkpoint"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Django's signature)
        super().__init__(*args, **kwargs)
        field = self.fields["checkpoint"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared above)
        known = settings().checkpoints.values()
        named = [(each.slug, checkpoint_label(each)) for each in known]
        field.choices = [(EVERY, _("Every checkpoint")), *named]
