"""Identity providers: set up, switched, and what the last captured sign-in said."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, saved
from otpguard.core.facts import RequestFacts
from otpguard.flows.federation.provider import (
    add_provider,
    capture_next,
    change_provider,
    remove_provider,
    switch_provider,
)
from otpguard.forms.enterprise.identity_provider import (
    IdentityProviderForm,
    NewIdentityProviderForm,
    initial_of,
)
from otpguard.labels import Text
from otpguard.models import IdentityProvider


class AddIdentityProvider(ObjectAction):
    """A tenant brings its identity provider."""

    slug, label, on_list = "add", _("Add identity provider"), True
    help = _(
        "It proves nothing until values are accepted here and the organization's policy lets it"
        " serve. Capture a sign-in to see what it really sends."
    )
    form_class = NewIdentityProviderForm

    def target(self, form: NewIdentityProviderForm) -> str:
        """Name and issuer."""
        return f"{self.label}: {form.cleaned_data['name']} ({form.cleaned_data['issuer']})"

    def run(self, facts: RequestFacts, form: NewIdentityProviderForm) -> Text:
        """Calls the flow `add_provider`."""
        self.obj = add_provider(
            facts=facts,
            tenant=form.cleaned_data["tenant"],
            values=form.values,
            secret=form.cleaned_data["secret"],
        )
        return _("The identity provider was added.")


class ChangeIdentityProvider(ObjectAction):
    """Where it is and what of it counts."""

    slug, label = "change", _("Change")
    help = _("What it has proven until now ends: people confirm again.")
    form_class = IdentityProviderForm

    def initial(self) -> dict[str, Any]:
        """The provider as it is, without its secret."""
        return initial_of(self.obj)

    def run(self, facts: RequestFacts, form: IdentityProviderForm) -> Text:
        """Calls the flow `change_provider`."""
        changed = change_provider(
            facts=facts,
            provider=self.obj,
            values=form.values,
            secret=form.cleaned_data["secret"],
        )
        return saved(changed)


class SwitchIdentityProvider(ObjectAction):
    """Off, or on again."""

    slug, label = "switch", _("Switch off or on")
    help = _("What it has proven ends at once, and it opens no login while it is off.")

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `switch_provider`."""
        on = switch_provider(facts=facts, provider=self.obj, reason=form.cleaned_data["reason"])
        return _("It is on.") if on else _("It is off.")


class CaptureSignIn(ObjectAction):
    """Write down what it says next."""

    slug, label = "capture", _("Capture the next sign-in")
    help = _(
        "Shows what the provider really says about how somebody signed in, and never who it was."
    )
    form_class = forms.Form

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `capture_next`."""
        capture_next(facts=facts, provider=self.obj)
        return _("The next sign-in of somebody who is linked will be shown here.")


class RemoveIdentityProvider(ObjectAction):
    """Nobody signs in there any more."""

    slug, label, grave = "remove", _("Remove"), True

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `remove_provider`."""
        remove_provider(facts=facts, provider=self.obj, reason=form.cleaned_data["reason"])
        return _("The identity provider was removed.")

    def next_url(self) -> str:
        """The list, because the provider has no page any more."""
        return self.model_admin.page_of(None)


@admin.register(IdentityProvider)
class IdentityProviderAdmin(ReadOnlyAdmin):
    """Identity providers, with what the last capture has shown."""

    object_actions = (
        AddIdentityProvider,
        ChangeIdentityProvider,
        CaptureSignIn,
        SwitchIdentityProvider,
        RemoveIdentityProvider,
    )
    list_display = ("name", "state_text", "tenant", "profile", "protocol", "issuer", "changed_at")
    list_filter = ("profile", "protocol", "enabled")
    search_fields = ("name", "issuer", "tenant__slug")
    list_select_related = ("tenant",)
    titled_by = ("name", "tenant")
    fields = (
        *("name", "tenant", "state_text", "profile", "protocol", "issuer", "metadata"),
        *("client_id", "accepted_text", "phishing_resistant", "max_age", "asks_text"),
        *("captured_text", "captured_at", "created_at", "changed_at"),
    )

    @admin.display(description=_("state"))
    def state_text(self, obj: IdentityProvider) -> SafeString:
        """Whether it is on, and whether a sign-in there proves anything."""
        if not obj.enabled:
            return badge(_("off"), "bad")
        if not obj.accepted:
            return badge(_("proves nothing"), "wait")
        return badge(_("on"), "good")

    @admin.display(description=_("shows more than one factor"))
    def accepted_text(self, obj: IdentityProvider) -> SafeString | str:
        """The values that count, by place."""
        pairs = [(place, ", ".join(listed)) for place, listed in sorted(obj.accepted.items())]
        return format_html_join("", "<div>{}: {}</div>", pairs) or NOTHING

    @admin.display(description=_("what a step-up asks for"))
    def asks_text(self, obj: IdentityProvider) -> str:
        """The values in their order."""
        return ", ".join(obj.asks_for) or NOTHING

    @admin.display(description=_("captured sign-in"))
    def captured_text(self, obj: IdentityProvider) -> SafeString | str:
        """What the provider said, word for word."""
        if obj.captured is None:
            return str(_("waiting for the next sign-in")) if obj.capture_next else NOTHING
        said = [(each,) for each in obj.captured["said"]]
        return format_html_join("", "<div>{}</div>", said) or str(_("it did not say how"))
