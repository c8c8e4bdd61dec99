"""Raised limits: which, up to what, why and until when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge, is_running
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.pumping.raise_cap import end_raise, raise_cap
from otpguard.forms.pumping.cap_raise import CapRaiseForm
from otpguard.http.facts import facts_from
from otpguard.labels import Text
from otpguard.models import CapRaise


class RaiseCap(ObjectAction):
    """A limit that counts up to more for a while."""

    slug, label, on_list, grave = "raise", _("Raise limit"), True, True
    help = _(
        "Lets more codes go to new numbers until a date, such as for a conference behind one IP"
        " address. The ceiling in the settings holds in any case."
    )

    def form(self, data: Any = None) -> forms.Form:  # noqa: ANN401 (a QueryDict or None)
        """A form that knows who asks."""
        return CapRaiseForm(data, facts=facts_from(self.request), initial=self.initial())

    def target(self, form: CapRaiseForm) -> str:
        """What is raised, and to what."""
        return f"{self.label}: {form.terms.row.upper()}, {form.terms.limit}"

    def run(self, facts: RequestFacts, form: CapRaiseForm) -> Text:
        """Calls the flow `raise_cap`."""
        self.obj = raise_cap(facts=facts, terms=form.terms)
        return _("The limit was raised. It counts from the next code on.")


class EndRaise(ObjectAction):
    """The usual limit counts again, now."""

    slug, label = "end", _("End")
    help = _("The usual limit counts again at once.")

    def is_offered(self) -> bool:
        """Only a running one."""
        return self.obj.ended_at is None and is_running(self.obj.expires_at)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `end_raise`."""
        reason = form.cleaned_data["reason"]
        if not end_raise(facts=facts, cap_raise=self.obj, reason=reason):
            raise NotAllowed(str(_("This has already ended.")))
        return _("The usual limit counts again.")


@admin.register(CapRaise)
class CapRaiseAdmin(ReadOnlyAdmin):
    """Raised limits, the newest first."""

    object_actions = (RaiseCap, EndRaise)
    empty_text = _("No limit was ever raised.")
    titled_by = ("row_name", "limit")
    list_display = (
        "row_name",
        "limit",
        "key",
        "tenant",
        "state",
        "expires_at",
        "reason",
        "created_by",
        "created_at",
    )
    list_filter = ("row",)
    search_fields = ("key", "reason", "tenant__slug")
    list_select_related = ("tenant", "created_by")
    fields = (
        "row_name",
        "limit",
        "key",
        "tenant",
        "state",
        "reason",
        "created_by",
        "created_at",
        "expires_at",
        "ended_at",
        "ended_by",
        "end_reason",
    )

    @admin.display(description=_("limit"))
    def row_name(self, obj: CapRaise) -> str:
        """The row by its name in the settings."""
        return str(obj.row).upper()

    @admin.display(description=_("state"))
    def state(self, obj: CapRaise) -> SafeString:
        """Running, over by its date, or ended by an operator."""
        if obj.ended_at is not None:
            return badge(_("ended"))
        return badge(_("running"), "wait") if is_running(obj.expires_at) else badge(_("expired"))
