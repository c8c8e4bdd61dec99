"""Input about senders: WhatsApp senders and 10DLC registrations."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.channels import catalog
from otpguard.core.assurance import Channel
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


def _column(model: Any, name: str, **changed: Any) -> Any:  # noqa: ANN401 (a form field, as Django makes it)
    return model._meta.get_field(name).formfield(**changed)  # noqa: SLF001 (Django's documented Meta API)


def _moment(name: str, label: Any) -> Any:  # noqa: ANN401 (a lazy text; a form field)
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return _column(SenderRegistration, name, label=label, widget=widget)


class _ProviderField(forms.Form):
    provider = forms.ChoiceField(label=_("Provider"))
    serves: ClassVar[Channel]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Django's signature)
        super().__init__(*args, **kwargs)
        _choose(self, "provider", _serving(self.serves))


def _serving(channel: Channel) -> list[tuple[str, str]]:
    known = catalog.providers()
    return [(name, name) for name in known.names() if channel in known.get(name).channels]


def _choose(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared so by each form)
    field.choices = choices


class WhatsAppForm(forms.Form):
    """The columns of a WhatsApp sender that operators set."""

    account = _column(
        WhatsAppSender,
        "account",
        label=_("Business account"),
        help_text=_("The id of the WhatsApp Business Account."),
    )
    number_id = _column(
        WhatsAppSender,
        "number_id",
        label=_("Phone number id"),
        help_text=_("Digits only, as Meta shows it; not the number itself."),
    )
    display_name = _column(
        WhatsAppSender, "display_name", help_text=_("The name that people see in WhatsApp.")
    )
    badge = forms.BooleanField(label=_("Verified badge"), required=False)
    template = _column(
        WhatsAppSender,
        "template",
        help_text=_("The name of the template: small letters, digits and underscores."),
    )
    category = _column(
        WhatsAppSender, "category", help_text=_("Only AUTHENTICATION carries codes.")
    )
    language = _column(
        WhatsAppSender, "language", help_text=_("That of the template, such as en_US.")
    )
    approval = _column(WhatsAppSender, "approval", help_text=_("What Meta says of the template."))

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes; after validation."""
        return {name: self.cleaned_data[name] for name in SENDER_FIELDS}


class NewWhatsAppForm(WhatsAppForm, _ProviderField):
    """Record a sender."""

    serves = Channel.WHATSAPP
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
    per_second = _column(
        SenderRegistration,
        "per_second",
        label=_("Messages a second"),
        help_text=_("What the campaign may send at most."),
    )
    submitted_at = _moment("submitted_at", _("Submitted"))
    expected_at = _moment("expected_at", _("Approval expected"))
    approved_at = _moment("approved_at", _("Approved"))
    expires_at = _moment("expires_at", _("Expires"))
    interim = forms.ChoiceField(
        label=_("Until then served by"),
        required=False,
        help_text=_("The provider that texts US numbers while this is not approved."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Django's signature)
        super().__init__(*args, **kwargs)
        _choose(self, "interim", [("", _("nobody")), *_serving(Channel.SMS)])

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes; after validation."""
        return {name: self.cleaned_data[name] for name in REGISTRATION_FIELDS}


class NewRegistrationForm(RegistrationForm, _ProviderField):
    """Record a registration."""

    serves = Channel.SMS
    field_order = ("provider", *REGISTRATION_FIELDS)
