"""WhatsApp senders: what they lack, and how they are changed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge, saved
from otpguard.channels.catalog import providers, serving
from otpguard.channels.senders import may_carry_codes
from otpguard.core.assurance import Channel
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.route.whatsapp_sender import (
    SENDER_FIELDS,
    STATE_FIELDS,
    add_sender,
    change_sender,
    is_read_from_vendor,
    record_state,
    remove_sender,
)
from otpguard.flows.route.whatsapp_state import read_sender_now
from otpguard.forms.sender import (
    NewWhatsAppForm,
    WhatsAppForm,
    WhatsAppStateForm,
)
from otpguard.labels import Text
from otpguard.models import WhatsAppSender


class AddSender(ObjectAction):
    """A WhatsApp sender for the site or a tenant."""

    slug, label, on_list = "add", _("Add WhatsApp sender"), True
    help = _(
        "Name, badge and the state of the template are read from the vendor within a minute."
        " Without a template approved for authentication, WhatsApp is not used at this provider."
    )
    form_class = NewWhatsAppForm

    def target(self, form: NewWhatsAppForm) -> str:
        """Number and template."""
        given = form.cleaned_data
        return f"{self.label}: {given['number_id']}/{given['template']}"

    def run(self, facts: RequestFacts, form: NewWhatsAppForm) -> Text:
        """Calls the flow `add_sender`."""
        self.obj = add_sender(
            facts=facts,
            provider=form.cleaned_data["provider"],
            tenant=form.cleaned_data["tenant"],
            values=form.values,
        )
        return _("The sender was added.")


class ChangeSender(ObjectAction):
    """Account, number and template."""

    slug, label = "change", _("Change")
    help = _("It carries no codes until the state of the new number and template is known.")
    form_class = WhatsAppForm

    def initial(self) -> dict[str, Any]:
        """The sender as it is."""
        return {name: getattr(self.obj, name) for name in SENDER_FIELDS}

    def run(self, facts: RequestFacts, form: WhatsAppForm) -> Text:
        """Calls the flow `change_sender`."""
        return saved(change_sender(facts=facts, sender=self.obj, values=form.values))


class RecordState(ObjectAction):
    """How a sender stands, typed by hand."""

    slug, label = "state", _("Record its state")
    help = _("This provider cannot be asked: look at WhatsApp Manager, and record what it shows.")
    form_class = WhatsAppStateForm

    def is_offered(self) -> bool:
        """Only where the vendor cannot be asked."""
        return not is_read_from_vendor(self.obj)

    def initial(self) -> dict[str, Any]:
        """What was recorded last."""
        return {name: getattr(self.obj, name) for name in STATE_FIELDS}

    def run(self, facts: RequestFacts, form: WhatsAppStateForm) -> Text:
        """Calls the flow `record_state`."""
        return saved(record_state(facts=facts, sender=self.obj, values=form.values))


class ReadSender(ObjectAction):
    """Ask the vendor now."""

    slug, label = "read", _("Read from the vendor")
    help = _("This happens once a day, and whenever the vendor reports a change.")
    form_class = forms.Form

    def is_offered(self) -> bool:
        """Only where the vendor can be asked."""
        return is_read_from_vendor(self.obj)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `read_sender_now`."""
        fault = read_sender_now(facts=facts, sender=self.obj)
        if fault:
            raise NotAllowed(str(_("It could not be read: %(fault)s.") % {"fault": fault}))
        return _("The state was read.")


class RemoveSender(ObjectAction):
    """The provider's own sender counts again, or the site's."""

    slug, label, grave = "remove", _("Remove"), True

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `remove_sender`."""
        remove_sender(facts=facts, sender=self.obj, reason=form.cleaned_data["reason"])
        return _("The sender was removed.")

    def next_url(self) -> str:
        """The list, because the sender has no page any more."""
        return self.model_admin.page_of(None)


@admin.register(WhatsAppSender)
class WhatsAppSenderAdmin(ReadOnlyAdmin):
    """WhatsApp senders, with a warning for providers that have none."""

    object_actions = (AddSender, ChangeSender, ReadSender, RecordState, RemoveSender)
    list_display = (
        "name_text",
        "state_text",
        "tenant",
        "provider",
        "template",
        "changed_at",
        "read_at",
    )
    list_filter = ("approval", "provider")
    search_fields = ("display_name", "account", "tenant__slug")
    list_select_related = ("tenant",)
    fields = (
        "provider",
        "tenant",
        *SENDER_FIELDS,
        *STATE_FIELDS,
        "state_text",
        "changed_at",
        "read_at",
        "fault",
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, and which providers send WhatsApp messages from a number of their own."""
        for name in _generic_providers():
            text = _(
                "Provider %(provider)s sends WhatsApp messages by its own number, not by yours."
            )
            messages.warning(request, str(text % {"provider": name}))
        return super().changelist_view(request, extra_context)

    @admin.display(description=_("display name"))
    def name_text(self, obj: WhatsAppSender) -> str:
        """The name, or the template before it is known."""
        return str(obj.display_name or obj.template)

    @admin.display(description=_("state"))
    def state_text(self, obj: WhatsAppSender) -> SafeString:
        """Whether it sends codes."""
        if may_carry_codes(obj):
            return badge(_("carries codes"), "good")
        why = format_html(
            "<div>{}: {} {}</div>",
            _("the template is not approved for codes"),
            obj.get_approval_display(),
            obj.category,
        )
        return badge(_("not used"), "bad") + why


def _generic_providers() -> list[str]:
    recorded = set(WhatsAppSender.objects.filter(tenant=None).values_list("provider", flat=True))
    return [
        name
        for name in serving(Channel.WHATSAPP)
        if not providers().get(name).capabilities.sends_as_the_site and name not in recorded
    ]
