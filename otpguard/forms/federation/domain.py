"""Input about a domain of e-mail."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.forms.tenant_field import TenantField
from otpguard.models.federation.domain import DOMAIN_LENGTH


class DomainForm(forms.Form):
    """The domain alone; the flow says whether a tenant can have it."""

    domain = forms.CharField(
        label=_("Domain"),
        max_length=DOMAIN_LENGTH,
        help_text=_("What stands behind the @ in people's addresses, such as acme.com."),
    )


class NewDomainForm(DomainForm):
    """The same with its tenant."""

    tenant = TenantField()
    field_order = ("tenant",)
