"""Checks of the audit log: how far they are, and what they found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge
from otpguard.admin.lists.filters import happened
from otpguard.audit.logs import origin_of
from otpguard.core.facts import RequestFacts
from otpguard.flows.audit.nightly import ask_check
from otpguard.labels import Text
from otpguard.models import ALL_HEADS, SITE_EVENTS, LogCheck, Tenant


class VerifyLog(ObjectAction):
    """Check every event of the tenant, the heads and the hashes."""

    slug, label = "verify-log", _("Verify log")
    help = _("A worker reads the whole log of the organization. It may take minutes.")
    form_class = forms.Form

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `ask_check`."""
        ask_check(log=self.obj.pk, now=facts.now)
        return _("The check has begun. Its result is in the list “Checks of the log”.")


@admin.register(LogCheck)
class LogCheckAdmin(ReadOnlyAdmin):
    """Checks, the newest first. The page of one that runs shows how far it is."""

    empty_text = _("The log was not checked yet.")
    titled_by = ("log_text", "asked_at")
    list_display = ("log_text", "state_text", "events", "damages", "asked_at", "finished_at")
    list_filter = (("finished_at", happened(_("finished"))),)
    search_fields = ("detail",)
    search_help_text = _("A word of what was found, such as the id of an event.")
    fields = ("log_text", "state_text", "events", "damages", "detail", "asked_at", "finished_at")

    @admin.display(description=_("log"))
    def log_text(self, obj: LogCheck) -> str:
        """Whose log it is, or all that was new at night."""
        if obj.log == ALL_HEADS:
            return str(_("all that is new"))
        if obj.log == SITE_EVENTS:
            return str(_("the site"))
        tenant = Tenant.objects.filter(pk=obj.log).only("name").first()
        return tenant.name if tenant else origin_of(obj.log)

    @admin.display(description=_("state"))
    def state_text(self, obj: LogCheck) -> SafeString:
        """How it ended, as a label."""
        if obj.finished_at is None:
            return badge(str(_("running")), "wait")
        if obj.damages:
            return badge(str(_("damaged")), "bad")
        return badge(str(_("holds")), "good")
