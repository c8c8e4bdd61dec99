"""Input about senders: WhatsApp senders and 10DLC registrations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from otpguard.core.assurance import Channel
from otpguard.flows.route.ten_dlc import TEN_DLC_FIELDS
from otpguard.flows.route.whatsapp_sender import SENDER_FIELDS, STATE_FIELDS
from otpguard.forms.choices import provider_field
from otpguard.forms.tenant_field import TenantField
from otpguard.models import TenDlcRegistration, WhatsAppSender


def _column(model: Any, name: str, **changed: Any) -> Any:  # noqa: ANN401 (a form field, as Django makes it)
    return model._meta.get_field(name).formfield(**changed)  # noqa: SLF001 (Django's documented Meta API)


def _moment(name: str, label: Any) -> Any:  # noqa: ANN401 (a lazy text; a form field)
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return _column(TenDlcRegistration, name, label=label, widget=widget)


class WhatsAppForm(forms.Form):
    """The columns of a WhatsApp sender that operators choose."""

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
    template = _column(
        WhatsAppSender,
        "template",
        help_text=_("The name of the template: small letters, digits and underscores."),
    )
    language = _column(
        WhatsAppSender, "language", help_text=_("That of the template, such as en_US.")
    )

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes; after validation."""
        return {name: self.cleaned_data[name] for name in SENDER_FIELDS}


class WhatsAppStateForm(forms.Form):
    """How a sender stands with a vendor that cannot be asked."""

    display_name = _column(
        WhatsAppSender, "display_name", help_text=_("The name that people see in WhatsApp.")
    )
    badge = forms.BooleanField(label=_("Verified badge"), required=False)
    category = _column(
        WhatsAppSender, "category", help_text=_("Only AUTHENTICATION carries codes.")
    )
    approval = _column(WhatsAppSender, "approval", help_text=_("What Meta says of the template."))

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes; after validation."""
        return {name: self.cleaned_data[name] for name in STATE_FIELDS}


class NewWhatsAppForm(WhatsAppForm):
    """Record a sender."""

    provider = provider_field(serves=Channel.WHATSAPP)
    tenant = TenantField(
        required=False,
        help_text=_("Leave it empty for the site's own sender."),
    )
    field_order = ("provider", "tenant", *SENDER_FIELDS)


class TenDlcForm(forms.Form):
    """The columns of a 10DLC registration that operators set."""

    brand = _column(TenDlcRegistration, "brand")
    campaign = _column(TenDlcRegistration, "campaign")
    vetting = _column(TenDlcRegistration, "vetting")
    status = _column(TenDlcRegistration, "status")
    per_second = _column(
        TenDlcRegistration,
        "per_second",
        label=_("Messages a second"),
        help_text=_("The most that the campaign may send."),
    )
    submitted_at = _moment("submitted_at", _("Submitted"))
    expected_at = _moment("expected_at", _("Approval expected"))
    approved_at = _moment("approved_at", _("Approved"))
    expires_at = _moment("expires_at", _("Expires"))
    interim = provider_field(
        serves=Channel.SMS,
        empty=_("nobody"),
        label=_("Until then served by"),
        help_text=_("The provider that texts US numbers while this is not approved."),
    )
    help_text = _column(
        TenDlcRegistration,
        "help_text",
        label=_("Answer to HELP"),
        help_text=_(
            "Sent to people who text HELP to one of your numbers. Empty: brand and support page."
        ),
    )

    @property
    def values(self) -> dict[str, Any]:
        """What the flow takes; after validation."""
        return {name: self.cleaned_data[name] for name in TEN_DLC_FIELDS}


class NewTenDlcForm(TenDlcForm):
    """Record a registration."""

    provider = provider_field(serves=Channel.SMS)
    field_order = ("provider", *TEN_DLC_FIELDS)
