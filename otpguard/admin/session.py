"""Login sessions: who is logged in, since when, how."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge
from otpguard.admin.lists.filters import PrimaryFilter, happened
from otpguard.core.facts import RequestFacts
from otpguard.flows.session.revoke import end_session
from otpguard.labels import Text, primary_label
from otpguard.models import LoginSession


class EndSession(ObjectAction):
    """Its proofs end, in every tenant."""

    slug, label, grave = "end", _("End session"), True
    help = _("Everything proven in this login ends at once, in every organization.")

    def is_offered(self) -> bool:
        """Only an open one."""
        return self.obj.ended_at is None

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `end_session`."""
        end_session(facts=facts, session=self.obj, reason=form.cleaned_data["reason"])
        return _("The session was ended.")


@admin.register(LoginSession)
class LoginSessionAdmin(ReadOnlyAdmin):
    """Login sessions, the newest first."""

    object_actions = (EndSession,)
    titled_by = ("user", "primary_text")
    list_display = (
        "user",
        "started_at",
        "primary_text",
        "agent",
        "state",
        "fresh_from",
        "ended_at",
    )
    list_filter = (PrimaryFilter, ("ended_at", happened(_("ended"))))
    search_people = ("user",)
    list_select_related = ("user",)
    fields = (
        "user",
        "primary_text",
        "backend",
        "agent",
        "state",
        "started_at",
        "fresh_from",
        "ended_at",
    )

    @admin.display(description=_("logged in by"))
    def primary_text(self, obj: LoginSession) -> str:
        """What it was opened with, in words."""
        return str(primary_label(obj.primary))

    @admin.display(description=_("state"))
    def state(self, obj: LoginSession) -> SafeString:
        """Open or ended."""
        return badge(_("open"), "good") if obj.ended_at is None else badge(_("ended"))

    @admin.display(description=_("logged in at"))
    def fresh_from(self, obj: LoginSession) -> Any:  # noqa: ANN401 (a moment, or words)
        """When the login itself was seen."""
        return obj.authenticated_at or _("not seen: never fresh")
