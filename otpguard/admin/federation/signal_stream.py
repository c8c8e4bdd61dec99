"""Signal streams: set up, verified, switched; a secret for pushes is shown once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, saved
from otpguard.admin.keys.shown_once import ShownOnce
from otpguard.admin.tables.code_words import code_column
from otpguard.core.facts import RequestFacts
from otpguard.flows.federation.signal_stream import (
    add_signal_stream,
    await_verification,
    change_signal_stream,
    remove_signal_stream,
    renew_push_secret,
    switch_signal_stream,
)
from otpguard.forms.federation.signal_stream import (
    NewSignalStreamForm,
    SignalStreamForm,
    initial_of,
)
from otpguard.labels import Text
from otpguard.models import SignalStream


class AddSignalStream(ObjectAction):
    """An identity provider may tell of events."""

    slug, label, on_list = "add", _("Add signal stream"), True
    help = _(
        "What it tells of ends proofs in this organization at once. It can never make one. Make a"
        " secret afterwards if the provider pushes."
    )
    form_class = NewSignalStreamForm

    def target(self, form: NewSignalStreamForm) -> str:
        """Name and issuer."""
        return f"{self.label}: {form.cleaned_data['name']} ({form.cleaned_data['issuer']})"

    def run(self, facts: RequestFacts, form: NewSignalStreamForm) -> Text:
        """Calls the flow `add_signal_stream`."""
        self.obj = add_signal_stream(
            facts=facts,
            tenant=form.cleaned_data["tenant"],
            values=form.values,
            poll_secret=form.cleaned_data["poll_secret"],
        )
        return _("The signal stream was added.")


class ChangeSignalStream(ObjectAction):
    """Whose tokens count, and where they come from."""

    slug, label = "change", _("Change")
    form_class = SignalStreamForm

    def initial(self) -> dict[str, Any]:
        """The stream as it is, without its secrets."""
        return initial_of(self.obj)

    def run(self, facts: RequestFacts, form: SignalStreamForm) -> Text:
        """Calls the flow `change_signal_stream`."""
        changed = change_signal_stream(
            facts=facts,
            stream=self.obj,
            values=form.values,
            poll_secret=form.cleaned_data["poll_secret"],
        )
        return saved(changed)


class RenewPushSecret(ShownOnce):
    """The secret with which the provider pushes."""

    slug, label = "secret", _("New secret for pushes")
    help = _("You see the secret once. The one before stops working at once.")
    shown_on = "admin/otpguard/signal_secret.html"
    form_class = forms.Form

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `renew_push_secret`."""
        self.keep(self.obj, renew_push_secret(facts=facts, stream=self.obj))
        return _("The secret was made.")


class AwaitVerification(ObjectAction):
    """Show that the stream works."""

    slug, label = "verify", _("Ask for a verification")
    help = _("Makes a state that you give to the provider's own button or call for verification.")
    form_class = forms.Form

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `await_verification`."""
        await_verification(facts=facts, stream=self.obj)
        return _("The state stands on this page until the verification comes.")


class SwitchSignalStream(ObjectAction):
    """Off, or on again."""

    slug, label = "switch", _("Switch off or on")
    help = _("While it is off, its events are refused and no longer end anything.")

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `switch_signal_stream`."""
        reason = form.cleaned_data["reason"]
        on = switch_signal_stream(facts=facts, stream=self.obj, reason=reason)
        return _("It is on.") if on else _("It is off.")


class RemoveSignalStream(ObjectAction):
    """The provider tells us nothing any more."""

    slug, label, grave = "remove", _("Remove"), True

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `remove_signal_stream`."""
        remove_signal_stream(facts=facts, stream=self.obj, reason=form.cleaned_data["reason"])
        return _("The signal stream was removed.")

    def next_url(self) -> str:
        """The list, because the stream has no page any more."""
        return self.model_admin.page_of(None)


@admin.register(SignalStream)
class SignalStreamAdmin(ReadOnlyAdmin):
    """Signal streams, with what came last. Never a secret."""

    object_actions = (
        AddSignalStream,
        ChangeSignalStream,
        RenewPushSecret,
        AwaitVerification,
        SwitchSignalStream,
        RemoveSignalStream,
    )
    list_display = ("name", "state_text", "tenant", "issuer", "received_at", "verified_at")
    list_filter = ("dialect", "enabled")
    search_fields = ("name", "issuer", "tenant__slug")
    list_select_related = ("tenant",)
    titled_by = ("name", "tenant")
    fields = (
        *("name", "tenant", "state_text", "trouble_text", "dialect", "issuer", "audience", "jwks"),
        *("push_url", "poll_url", "state", "verified_at", "received_at", "polled_at"),
        *("created_at", "changed_at"),
    )

    trouble_text = code_column("trouble", _("last trouble"))

    @admin.display(description=_("on or off"))
    def state_text(self, obj: SignalStream) -> SafeString:
        """Whether it is on, and whether anything can come."""
        if not obj.enabled:
            return badge(_("off"), "bad")
        if obj.trouble:
            return badge(_("trouble"), "bad")
        if not obj.push_digest and not obj.poll_url:
            return badge(_("neither pushes nor is polled"), "wait")
        return badge(_("on"), "good")

    @admin.display(description=_("path for pushes"))
    def push_url(self, obj: SignalStream) -> str:
        """Where the provider pushes to, on this host."""
        try:
            return reverse("otpguard_signals", args=[obj.pk])
        except NoReverseMatch:
            return NOTHING
