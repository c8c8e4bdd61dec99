"""Policy exceptions: who departs from the floor, in what, why and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.approval import ASKED
from otpguard.admin.base import ReadOnlyAdmin, badge, checkpoint_text, is_running
from otpguard.admin.lists.filters import CheckpointFilter, ExceptionStateFilter
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.tenant.exception_request import grant_or_ask
from otpguard.flows.tenant.policy_exception import end_exception
from otpguard.forms.policy_exception import ExceptionForm
from otpguard.forms.team.policy_text import field_label, words
from otpguard.http.facts import facts_from
from otpguard.labels import Text
from otpguard.models import Approval, PolicyException

_USUAL = timedelta(days=90)


class GrantException(ObjectAction):
    """A new exception."""

    slug, label, on_list = "grant", _("Grant exception"), True
    help = _(
        "Moves the floor of one organization, checkpoint and field until a date. The policy itself"
        " gets looser only where the organization's wish asks for that."
    )

    def initial(self) -> dict[str, Any]:
        """What a link names, and a quarter of a year."""
        asked = self.request.GET
        return {
            "tenant": asked.get("tenant", ""),
            "checkpoint": asked.get("checkpoint", ""),
            "expires_at": timezone.now() + _USUAL,
        }

    def form(self, data: Any = None) -> forms.Form:  # noqa: ANN401 (a QueryDict or None)
        """A form that knows who asks."""
        return ExceptionForm(data, facts=facts_from(self.request), initial=self.initial())

    def target(self, form: ExceptionForm) -> str:
        """What is excepted, and for whom."""
        terms = form.terms
        return f"{self.label}: {terms.tenant}, {terms.checkpoint}, {terms.field}"

    def run(self, facts: RequestFacts, form: ExceptionForm) -> Text:
        """Calls the flow `grant_or_ask`."""
        done = grant_or_ask(facts=facts, terms=form.terms)
        if isinstance(done, Approval):
            return ASKED
        self.obj = done
        return _("The exception was granted. It counts from the next request on.")


class EndException(ObjectAction):
    """The floor counts again, now."""

    slug, label, grave = "end", _("End"), True
    help = _("The floor counts again at once. People who cannot meet it are stopped.")

    def is_offered(self) -> bool:
        """Only a running one."""
        return self.obj.ended_at is None and is_running(self.obj.expires_at)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `end_exception`."""
        reason = form.cleaned_data["reason"]
        if not end_exception(facts=facts, exception=self.obj, reason=reason):
            raise NotAllowed(str(_("This exception has already ended.")))
        return _("The exception was ended.")


@admin.register(PolicyException)
class PolicyExceptionAdmin(ReadOnlyAdmin):
    """Exceptions, the newest first."""

    object_actions = (GrantException, EndException)
    empty_text = _("There is no exception here: the floor holds.")
    titled_by = ("checkpoint_name", "excepts")
    list_display = (
        "checkpoint_name",
        "tenant",
        "excepts",
        "state",
        "expires_at",
        "owner",
        "reason",
        "created_by",
        "created_at",
    )
    list_filter = (ExceptionStateFilter, CheckpointFilter)
    search_people = ("owner",)
    search_fields = ("tenant__name", "tenant__slug", "reason")
    list_select_related = ("tenant", "owner", "created_by")
    fields = (
        "tenant",
        "checkpoint_name",
        "excepts",
        "state",
        "owner",
        "reason",
        "created_by",
        "created_at",
        "expires_at",
        "reminded_at",
        "ended_at",
        "ended_by",
        "end_reason",
    )

    def links(self, request: HttpRequest, obj: PolicyException) -> list[tuple[Text, str]]:  # noqa: ARG002 (Django's signature)
        """The other exceptions of the tenant, and its events."""
        return [
            (
                _("Policy exceptions"),
                self.list_url("policyexception", tenant__id__exact=obj.tenant_id),
            ),
            (_("Events"), self.list_url("event", tenant=obj.tenant_id)),
        ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow the filter that the links use."""
        return lookup == "tenant__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("checkpoint"))
    def checkpoint_name(self, obj: PolicyException) -> str:
        """The checkpoint in words."""
        return checkpoint_text(obj.checkpoint)

    @admin.display(description=_("floor under the exception"))
    def excepts(self, obj: PolicyException) -> str:
        """The field, and its floor while the exception lasts."""
        return f"{field_label(obj.field)}: {words(obj.field, obj.value)}"

    @admin.display(description=_("state"))
    def state(self, obj: PolicyException) -> SafeString:
        """Running, soon over, over by its date, or ended by an operator."""
        if obj.ended_at is not None and obj.ended_at < obj.expires_at:
            return badge(_("ended"))
        if not is_running(obj.expires_at):
            return badge(_("expired"))
        soon = obj.expires_at - timezone.now() <= timedelta(days=settings().exception_reminder_days)
        return badge(_("expires soon"), "wait") if soon else badge(_("running"), "good")
