"""Domains of e-mail: claimed, looked at, given up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge
from otpguard.admin.lists.filters import happened
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.mail_domain import record_name, record_text
from otpguard.flows.federation.domain import add_domain, check_domain, remove_domain
from otpguard.forms.federation.domain import NewDomainForm
from otpguard.labels import DOMAIN_SEEN, Text
from otpguard.models import VerifiedDomain


class AddDomain(ObjectAction):
    """A tenant claims a domain."""

    slug, label, on_list = "add", _("Add e-mail domain"), True
    help = _("Its page then shows the DNS record that proves it. Nothing changes before that.")
    form_class = NewDomainForm

    def target(self, form: NewDomainForm) -> str:
        """The domain."""
        return f"{self.label}: {form.cleaned_data['domain']}"

    def run(self, facts: RequestFacts, form: NewDomainForm) -> Text:
        """Calls the flow `add_domain`."""
        given = form.cleaned_data
        self.obj = add_domain(facts=facts, tenant=given["tenant"], domain=given["domain"])
        return _("The domain was added. Publish its record, then look for it.")


class CheckDomain(ObjectAction):
    """Look at the record now."""

    slug, label = "check", _("Look for the record")
    help = _(
        "People of the organization with such an address then log in at its own provider, if its"
        " policy asks for that."
    )
    form_class = forms.Form

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `check_domain`."""
        return DOMAIN_SEEN[check_domain(facts=facts, domain=self.obj).value]


class RemoveDomain(ObjectAction):
    """Give it up."""

    slug, label, grave = "remove", _("Remove"), True
    help = _("Sign-ins that are linked stay linked.")

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `remove_domain`."""
        remove_domain(facts=facts, domain=self.obj, reason=form.cleaned_data["reason"])
        return _("The domain was removed.")

    def next_url(self) -> str:
        """The list, because the domain has no page any more."""
        return self.model_admin.page_of(None)


@admin.register(VerifiedDomain)
class VerifiedDomainAdmin(ReadOnlyAdmin):
    """Domains, with the record that shows whose they are."""

    object_actions = (AddDomain, CheckDomain, RemoveDomain)
    list_display = ("domain", "state_text", "tenant", "verified_at", "checked_at")
    search_fields = ("domain", "tenant__slug")
    list_filter = (("verified_at", happened(_("verified"))),)
    list_select_related = ("tenant",)
    titled_by = ("domain", "tenant")
    fields = (
        *("domain", "tenant", "state_text", "record_shown"),
        *("created_at", "verified_at", "seen_at", "checked_at"),
    )

    @admin.display(description=_("state"))
    def state_text(self, obj: VerifiedDomain) -> SafeString:
        """Whether it is verified, and whether its record was there at the last look."""
        if obj.verified_at is None:
            return badge(_("waiting for the record"), "wait")
        if obj.seen_at != obj.checked_at:
            return badge(_("verified, but the record was not seen lately"), "wait")
        return badge(_("verified"), "good")

    @admin.display(description=_("DNS record"))
    def record_shown(self, obj: VerifiedDomain) -> SafeString:
        """Name, type and text, as a zone has them."""
        return format_html(
            '<code>{} TXT "{}"</code>', record_name(obj.domain), record_text(obj.token)
        )
