"""Input of a new key for a service."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.forms.enterprise.scim import LifetimeForm
from otpguard.forms.tenant_field import TenantField
from otpguard.models.fields import PlainTextInput

ENVIRONMENTS = [("production", _("production")), ("test", _("test"))]


class ServiceKeyForm(LifetimeForm):
    """A key that a service has numbers proven with."""

    tenant = TenantField()
    name = PlainTextInput(
        label=_("Name"), max_length=120, help_text=_("The service, such as checkout.")
    )
    environment = forms.ChoiceField(label=_("Environment"), choices=ENVIRONMENTS)
    field_order = ("tenant", "name", "environment", "days")
