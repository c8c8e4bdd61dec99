"""Senders: WhatsApp senders and 10DLC registrations, what they lack, and how they are changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge
from otpguard.channels.catalog import has_own_sender, providers
from otpguard.channels.senders import may_carry_codes
from otpguard.core.assurance import Channel
from otpguard.core.facts import RequestFacts
from otpguard.flows.registration import (
    Lack,
    Unregistered,
    add_registration,
    change_registration,
    unregistered,
)
from otpguard.flows.whatsapp_sender import add_sender, change_sender, remove_sender
from otpguard.forms.sender import (
    REGISTRATION_FIELDS,
    SENDER_FIELDS,
    NewRegistrationForm,
    NewWhatsAppForm,
    RegistrationForm,
    WhatsAppForm,
)
from otpguard.labels import Text
from otpguard.models import SenderRegistration, WhatsAppSender

LACKS = {
    Lack.MISSING: _("Provider %(provider)s texts US numbers without a 10DLC registration."),
    Lack.NOT_APPROVED: _("The 10DLC registration of %(provider)s is not approved yet."),
    Lack.EXPIRED: _("The 10DLC registration of %(provider)s has expired."),
}


TONES = {
    SenderRegistration.Status.APPROVED: "good",
    SenderRegistration.Status.REJECTED: "bad",
    SenderRegistration.Status.SUBMITTED: "wait",
}


class AddSender(ObjectAction):
    """A WhatsApp sender for the site or a tenant."""

    slug, label, on_list = "add", _("Add WhatsApp sender"), True
    help = _("A template that is not approved for authentication closes WhatsApp there.")
    form_class = NewWhatsAppForm

    def target(self, form: NewWhatsAppForm) -> str:
        """The name that it shows."""
        return f"{self.label}: {form.cleaned_data['display_name']}"

    def run(self, facts: RequestFacts, form: NewWhatsAppForm) -> Text:
        """See flows.whatsapp_sender.add_sender."""
        self.obj = add_sender(
            facts=facts,
            provider=form.cleaned_data["provider"],
            tenant=form.cleaned_data["tenant"],
            values=form.values,
        )
        return _("The sender was added.")


class ChangeSender(ObjectAction):
    """Account, number, template and their approval."""

    slug, label = "change", _("Change")
    form_class = WhatsAppForm

    def initial(self) -> dict[str, Any]:
        """The sender as it is."""
        return {name: getattr(self.obj, name) for name in SENDER_FIELDS}

    def run(self, facts: RequestFacts, form: WhatsAppForm) -> Text:
        """See flows.whatsapp_sender.change_sender."""
        return _saved(change_sender(facts=facts, sender=self.obj, values=form.values))


class RemoveSender(ObjectAction):
    """The provider's own sender counts again, or the site's."""

    slug, label, grave = "remove", _("Remove"), True

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """See flows.whatsapp_sender.remove_sender."""
        remove_sender(facts=facts, sender=self.obj, reason=form.cleaned_data["reason"])
        return _("The sender was removed.")

    def next_url(self) -> str:
        """The list: there is no page of it any more."""
        return self.model_admin.page_of(None)


class AddRegistration(ObjectAction):
    """A brand and campaign at a provider."""

    slug, label, on_list = "add", _("Add 10DLC registration"), True
    help = _("Text messages to US numbers then leave no faster than the campaign allows.")
    form_class = NewRegistrationForm

    def target(self, form: NewRegistrationForm) -> str:
        """The brand."""
        return f"{self.label}: {form.cleaned_data['brand']}"

    def run(self, facts: RequestFacts, form: NewRegistrationForm) -> Text:
        """See flows.registration.add_registration."""
        provider = form.cleaned_data["provider"]
        self.obj = add_registration(facts=facts, provider=provider, values=form.values)
        return _("The registration was added.")


class ChangeRegistration(ObjectAction):
    """Vetting, status, throughput and dates."""

    slug, label = "change", _("Change")
    form_class = RegistrationForm

    def initial(self) -> dict[str, Any]:
        """The registration as it is."""
        return {name: getattr(self.obj, name) for name in REGISTRATION_FIELDS}

    def run(self, facts: RequestFacts, form: RegistrationForm) -> Text:
        """See flows.registration.change_registration."""
        return _saved(change_registration(facts=facts, registration=self.obj, values=form.values))


@admin.register(WhatsAppSender)
class WhatsAppSenderAdmin(ReadOnlyAdmin):
    """WhatsApp senders, with a warning for providers that have none."""

    object_actions = (AddSender, ChangeSender, RemoveSender)
    list_display = ("display_name", "state_text", "tenant", "provider", "template", "changed_at")
    list_filter = ("approval", "provider")
    search_fields = ("display_name", "account", "tenant__slug")
    list_select_related = ("tenant",)
    fields = ("provider", "tenant", *SENDER_FIELDS, "state_text", "changed_at")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, and which providers send by a number that people do not know."""
        for name in _generic_providers():
            text = _(
                "Provider %(provider)s sends WhatsApp messages by its own number, not by yours."
            )
            messages.warning(request, str(text % {"provider": name}))
        return super().changelist_view(request, extra_context)

    @admin.display(description=_("state"))
    def state_text(self, obj: WhatsAppSender) -> SafeString:
        """Whether codes go out by it."""
        if may_carry_codes(obj):
            return badge(_("carries codes"), "good")
        why = format_html("<div>{}</div>", _("the template is not approved for codes"))
        return badge(_("closed"), "bad") + why


@admin.register(SenderRegistration)
class SenderRegistrationAdmin(ReadOnlyAdmin):
    """10DLC registrations, with a warning for what is missing."""

    object_actions = (AddRegistration, ChangeRegistration)
    list_display = (
        "brand",
        "status_text",
        "provider",
        "campaign",
        "per_second",
        "expected_at",
        "expires_at",
    )
    list_filter = ("status", "vetting", "provider")
    fields = ("provider", *REGISTRATION_FIELDS)

    @admin.display(description=_("status"), ordering="status")
    def status_text(self, obj: SenderRegistration) -> SafeString:
        """Where it stands, as a label."""
        return badge(obj.get_status_display(), TONES.get(SenderRegistration.Status(obj.status), ""))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, and which providers text US numbers unregistered."""
        for each in unregistered(now=timezone.now()):
            messages.warning(request, warning(each))
        return super().changelist_view(request, extra_context)


def warning(lack: Unregistered) -> str:
    """What is missing, when it is to come, and what serves until then."""
    said = [str(LACKS[lack.lack] % {"provider": lack.provider})]
    if lack.expected_at is not None:
        said.append(str(_("It is expected on %(day)s.") % {"day": lack.expected_at.date()}))
    if lack.interim:
        said.append(str(_("Until then %(provider)s serves.") % {"provider": lack.interim}))
    return " ".join(said)


def _generic_providers() -> list[str]:
    recorded = set(WhatsAppSender.objects.filter(tenant=None).values_list("provider", flat=True))
    return [
        name
        for name in providers().names()
        if Channel.WHATSAPP in providers().get(name).channels
        and not has_own_sender(providers().get(name))
        and name not in recorded
    ]


def _saved(changed: tuple[str, ...]) -> Text:
    return _("Saved: %(names)s.") % {"names": ", ".join(changed)} if changed else _("No change.")
