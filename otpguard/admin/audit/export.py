"""The export of the audit log out of its list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.lists.filters import SITE, TimeFilter
from otpguard.core.facts import RequestFacts
from otpguard.flows.audit.ask_export import ask_export
from otpguard.flows.scope import check_tenant
from otpguard.forms.audit.export import TenantLogExportForm
from otpguard.labels import Text
from otpguard.models import Tenant

_SAME = ("kind", "checkpoint", "story")


class ExportEvents(ObjectAction):
    """A file of one organization's events, for a member of it."""

    slug, label, on_list = "export", _("Export these"), True
    checkpoint = "audit_log_export"
    keeps = ("tenant", "since", *_SAME)
    form_class = TenantLogExportForm
    help = _(
        "The file is made for you and held; all administrators of the organization are told, and"
        " can cancel it. You must be a member of the organization. On the server, the command"
        " otpguard_export writes the log of any organization and that of the site."
    )

    def initial(self) -> dict[str, Any]:
        """What the list was filtered by. What was searched for is no selection."""
        given = self.request.GET
        found: dict[str, Any] = {name: given[name] for name in _SAME if name in given}
        if given.get("since") in TimeFilter.spans:
            span = TimeFilter.spans[str(given["since"])][1]
            found["since"] = timezone.now() - span
        if found:
            found["format"] = "csv"
        return {**found, "tenant": _slug(given.get("tenant", ""))}

    def target(self, form: TenantLogExportForm) -> str:
        """Whose log, and as what."""
        cleaned = form.cleaned_data
        return f"{self.label}: {cleaned['tenant'].slug}, {cleaned['format']}"

    def run(self, facts: RequestFacts, form: TenantLogExportForm) -> Text:
        """Calls the flow `ask_export` in the chosen organization."""
        tenant = form.cleaned_data["tenant"]
        check_tenant(facts, tenant.pk)
        ask_export(
            facts=replace(facts, tenant=str(tenant.pk)),
            export=form.export,
            selection=form.selection,
            language=get_language() or "",
        )
        return _("The export was asked for. You are told when it is ready.")


def _slug(pk: str) -> str:
    if not pk or pk == SITE:
        return ""
    try:
        return Tenant.objects.filter(pk=pk).values_list("slug", flat=True).first() or ""
    except ValidationError:
        return ""
