"""Input about senders: WhatsApp senders and 10DLC registrations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.forms.tenant_field import TenantField
from otpguard.models import SenderRegistration, WhatsAppSender

SENDER_FIELDS = (
    "account",
    "number_id",
    "display_name",
    "badge",
    "template",
    "category",
    "language",
    "approval",
)
REGISTRATION_FIELDS = (
    "brand",
    "campaign",
    "vetting",
    "status",
    "per_second",
    "submitted_at",
    "expected_at",
    "approved_at",
    "expires_at",
    "interim",
)


def _column(model: Any, name: str) -> Any:  # noqa: ANN401 (a form field, as Django makes it)
    return model._meta.get_field(name).formfield()  # noqa: SLF001 (Django's documented Meta API)


class _ProviderField(forms.Form):
    provider = forms.ChoiceField(label=_("Provider"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Django's signature)
        super().__init__(*args, **kwargs)
        field = self.fields["provider"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared above)
        field.choices = [(name, name) for name in settings().providers]


class WhatsAppForm(forms.Form):
    """The columns of a WhatsApp sender that operators set."""

    account = _column(WhatsAppSender, "account")
    number_id = _column(WhatsAppSender, "number_id")
    display_name = _column(WhatsAppSender, "display_name")
    badge = forms.BooleanField(label=_("Verified badge"), required=False)
    template = _column(WhatsAppSender, "template")
    category = _column(WhatsAppSender, "category")
    language = _column(WhatsAppSender, "language")
    approval = _column(WhatsAppSender, "approval")

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes; after validation."""
        return {name: self.cleaned_data[name] for name in SENDER_FIELDS}


class NewWhatsAppForm(WhatsAppForm, _ProviderField):
    """Record a sender."""

    tenant = TenantField(
        required=False,
        help_text=_("Leave it empty for the site's own sender."),
    )
    field_order = ("provider", "tenant", *SENDER_FIELDS)


class RegistrationForm(forms.Form):
    """The columns of a 10DLC registration that operators set."""

    brand = _column(SenderRegistration, "brand")
    campaign = _column(SenderRegistration, "campaign")
    vetting = _column(SenderRegistration, "vetting")
    status = _column(SenderRegistration, "status")
    per_second = _column(SenderRegistration, "per_second")
    submitted_at = _column(SenderRegistration, "submitted_at")
    expected_at = _column(SenderRegistration, "expected_at")
    approved_at = _column(SenderRegistration, "approved_at")
    expires_at = _column(SenderRegistration, "expires_at")
    interim = _column(SenderRegistration, "interim")

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes; after validation."""
        return {name: self.cleaned_data[name] for name in REGISTRATION_FIELDS}


class NewRegistrationForm(RegistrationForm, _ProviderField):
    """Record a registration."""

    field_order = ("provider", *REGISTRATION_FIELDS)
