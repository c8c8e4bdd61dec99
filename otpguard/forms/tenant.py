"""Input about tenants."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.countries import read_countries, write_countries
from otpguard.core.industries import LABELS, Industry
from otpguard.core.plain_text import plain_text
from otpguard.exceptions import InvalidInput
from otpguard.flows.tenant.provision import check_logo
from otpguard.forms.choices import checkpoint_field
from otpguard.forms.reason import ReasonForm
from otpguard.forms.tenant_field import TenantField
from otpguard.models import Tenant

_REGION = re.compile(r"[A-Z]{2,8}")
_NAMES = (
    *("name", "brand", "logo", "annual_contract_value", "region", "footprint", "tags"),
    *("industry", "external_id", "legal_hold"),
)


def _column(name: str) -> Any:  # noqa: ANN401 (a form field, as Django makes it of the column)
    return Tenant._meta.get_field(name).formfield()  # type: ignore[union-attr]  # noqa: SLF001 (Django's documented Meta API)


class _TenantFields(forms.Form):
    """The columns of a tenant that operators set, but for its status."""

    name = _column("name")
    brand = _column("brand")
    logo = _column("logo")
    annual_contract_value = _column("annual_contract_value")
    region = forms.CharField(
        label=_("Region"), max_length=8, initial="US", help_text=_("A country's code, or EU.")
    )
    footprint = forms.CharField(
        label=_("Footprint"),
        required=False,
        help_text=_(
            "Countries of its people's phone numbers, beside those of the site, such as DE, FR."
            " Empty: the country of the region."
        ),
    )
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        help_text=_("Separated by commas. Such as health, payments, EU."),
    )

    industry = forms.ChoiceField(
        label=_("Industry"),
        required=False,
        choices=[("", _("none")), *((each.value, _(LABELS[each])) for each in Industry)],
        help_text=_("It raises what its security reviews ask about; it lowers nothing."),
    )
    external_id = _column("external_id")
    legal_hold = _column("legal_hold")

    def clean_logo(self) -> str:
        """As the flow takes it, so that a mistake is told before a proof is asked for."""
        logo = str(self.cleaned_data["logo"])
        try:
            check_logo(logo)
        except InvalidInput as bad:
            raise forms.ValidationError(str(bad)) from None
        return logo

    def clean_region(self) -> str:
        """Upper case letters only, as everywhere in the rules."""
        region = str(self.cleaned_data["region"]).upper()
        if not _REGION.fullmatch(region):
            raise forms.ValidationError(_("Enter two to eight letters, such as US or EU."))
        return region

    def clean_footprint(self) -> list[str]:
        """The codes of countries, each once, as `core.countries` writes them."""
        given = str(self.cleaned_data["footprint"]).upper().replace(",", " ").split()
        try:
            return write_countries(read_countries(given))
        except ValueError:
            raise forms.ValidationError(
                _("Enter codes of countries, such as US, CA; * for every country.")
            ) from None

    def clean_tags(self) -> list[str]:
        """A list without repeats, in the order given."""
        given = (plain_text(tag) for tag in str(self.cleaned_data["tags"]).split(","))
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
    lists = {name: ", ".join(values[name]) for name in ("footprint", "tags")}
    return {**values, **lists}


class PolicyPlaceForm(forms.Form):
    """Whose policy, at which checkpoint. `tenant` is the tenant, or None for the site."""

    tenant = TenantField(
        required=False,
        help_text=_(
            "Leave it empty for the site's own wishes, which all organizations start from."
        ),
    )
    checkpoint = checkpoint_field()
