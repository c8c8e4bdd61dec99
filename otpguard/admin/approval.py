"""Approvals: what waits for a second operator, who asked and who decided."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from otpguard.account import name_of
from otpguard.admin.actions import ActingAdmin, ObjectAction
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, is_running
from otpguard.core.facts import RequestFacts
from otpguard.flows.approval import approve
from otpguard.flows.approval.approve import ACTIONS
from otpguard.flows.factor.reset import Reset
from otpguard.labels import Text
from otpguard.models import Approval

TONES: dict[str, str] = {
    Approval.State.OPEN: "wait",
    Approval.State.APPROVED: "good",
    Approval.State.REFUSED: "bad",
}


ASKED = _("Another administrator has to approve this. Nothing has changed yet.")
"""The message where an action waits for others."""


def said(done: Reset | Approval) -> Text:
    """The message about a reset: done, asked for, or nothing to reset."""
    if isinstance(done, Approval):
        return ASKED
    if not done.total:
        return _("There was nothing to reset.")
    return ngettext("%(count)d factor was reset.", "%(count)d factors were reset.", done.total) % {
        "count": done.total
    }


class _Decide(ObjectAction):
    """What both decisions have in common."""

    form_class = forms.Form

    def __init__(self, model_admin: ActingAdmin, request: HttpRequest, obj: Approval) -> None:
        super().__init__(model_admin, request, obj)
        if obj.action in ACTIONS:
            self.checkpoint = ACTIONS.get(obj.action).checkpoint

    def is_offered(self) -> bool:
        """Only while it waits, and not for the person who asked or the one to be reset."""
        row: Approval = self.obj
        waits = row.state == Approval.State.OPEN and is_running(row.expires_at)
        return waits and str(self.request.user.pk) not in approve.involved(row)

    def target(self, _form: Any) -> str:  # noqa: ANN401 (see ObjectAction)
        """The decision, what was asked and for whom."""
        about = [str(action_text(self.obj)), str(self.obj.subject or "")]
        return f"{self.label}: {', '.join(filter(None, about))}"


class Approve(_Decide):
    """Approve: the last approval that it needs does what was asked for."""

    slug, label, grave = "approve", _("Approve"), True
    help = _(
        "With the last approval it is done, in your name. Verify who the person is by some means"
        " other than e-mail."
    )

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `approve_action`."""
        done = approve.approve_action(facts=facts, approval_id=self.obj.pk)
        if isinstance(done, Approval):
            return _("Your approval counts. Somebody else has to approve it as well.")
        return said(done) if isinstance(done, Reset) else _("It was approved and done.")


class Refuse(_Decide):
    """Refuse what was asked for."""

    slug, label = "refuse", _("Refuse")
    help = _("Nothing changes. It can be asked for again.")

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `refuse_action`."""
        approve.refuse_action(facts=facts, approval_id=self.obj.pk)
        return _("It was refused.")


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    """Approvals, the newest first."""

    object_actions = (Approve, Refuse)
    titled_by = ("action_name", "subject")
    list_display = (
        "subject",
        "action_name",
        "tenant",
        "state_text",
        "reason",
        "asked_by",
        "decided_by",
        "created_at",
        "expires_at",
    )
    list_filter = ("state",)
    search_people = ("subject", "asked_by")
    search_fields = ("tenant__slug", "reason")
    list_select_related = ("subject", "tenant", "asked_by", "decided_by")
    fields = (
        "action_name",
        "subject",
        "tenant",
        "what_text",
        "reason",
        "state_text",
        "asked_by",
        "created_at",
        "expires_at",
        "votes_text",
        "decided_by",
        "decided_at",
    )

    def links(self, _request: HttpRequest, obj: Approval) -> list[tuple[Text, str]]:
        """The factors and the events of the person."""
        if obj.subject is None:
            return []
        return [
            (_("Factors"), self.list_url("factor", user__exact=obj.subject_id)),
            (_("Events"), self.list_url("event", q=name_of(obj.subject))),
        ]

    @admin.display(description=_("operation"))
    def action_name(self, obj: Approval) -> str:
        """The operation in words."""
        return str(action_text(obj))

    @admin.display(description=_("what"))
    def what_text(self, obj: Approval) -> SafeString | str:
        """The factors to reset: all, or the ones named; of other operations what they say."""
        if "factors" not in obj.what:
            lines = ACTIONS.get(obj.action).details(obj) if obj.action in ACTIONS else ()
            return format_html_join("", "<div>{}</div>", ((each,) for each in lines)) or NOTHING
        named = obj.what["factors"]
        return str(_("all")) if named is None else ", ".join(named) or NOTHING

    @admin.display(description=_("approvals"))
    def votes_text(self, obj: Approval) -> str:
        """Who has approved it, and how many must."""
        people = ", ".join(name_of(vote.user) for vote in obj.votes.select_related("user"))
        return f"{people or NOTHING} ({obj.votes.count()}/{obj.needed})"

    @admin.display(description=_("state"))
    def state_text(self, obj: Approval) -> SafeString:
        """The state as a label; an undecided approval past its deadline shows as expired."""
        if obj.state == Approval.State.OPEN and not is_running(obj.expires_at):
            return badge(Approval.State.EXPIRED.label)
        return badge(obj.get_state_display(), TONES.get(obj.state, ""))


def action_text(obj: Approval) -> Text:
    """What an operation is called; one of another release is shown as it is."""
    return ACTIONS.get(obj.action).label if obj.action in ACTIONS else str(obj.action)
