"""Login sessions: who is logged in, since when, how; and from where people log in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge
from otpguard.admin.lists.filters import MenuFilter, PrimaryFilter, happened
from otpguard.admin.tables.code_words import code_words
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.flows.session.revoke import end_session
from otpguard.labels import Text, primary_label
from otpguard.models import LoginPlace, LoginSession


class RiskFilter(MenuFilter):
    """Logins that are risky enough to be asked, or not."""

    title = _("risk")
    parameter_name = "risk"

    def lookups(self, _request: HttpRequest, _admin: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 (Django's signature)
        """Risky or not, by the site's limit."""
        return [("high", _("would be asked")), ("low", _("would not be asked"))]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows on that side of the limit."""
        limit = settings().login_risk.ask_from
        if self.value() == "high":
            return queryset.filter(risk__gte=limit)
        return queryset.filter(risk__lt=limit) if self.value() == "low" else queryset


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
        "risk",
        "state",
        "fresh_from",
        "ended_at",
    )
    list_filter = (PrimaryFilter, RiskFilter, ("ended_at", happened(_("ended"))))
    search_people = ("user",)
    list_select_related = ("user",)
    fields = (
        "user",
        "primary_text",
        "backend",
        "agent",
        "risk",
        "risk_text",
        "sim_unchanged",
        "state",
        "started_at",
        "fresh_from",
        "ended_at",
    )

    @admin.display(description=_("logged in by"))
    def primary_text(self, obj: LoginSession) -> str:
        """What it was opened with, in words."""
        return str(primary_label(obj.primary))

    @admin.display(description=_("reasons of the risk"))
    def risk_text(self, obj: LoginSession) -> str:
        """Why the login is risky, in words."""
        return ", ".join(code_words(each) for each in obj.risk_reasons) or NOTHING

    @admin.display(description=_("state"))
    def state(self, obj: LoginSession) -> SafeString:
        """Open or ended."""
        return badge(_("open"), "good") if obj.ended_at is None else badge(_("ended"))

    @admin.display(description=_("logged in at"))
    def fresh_from(self, obj: LoginSession) -> Any:  # noqa: ANN401 (a moment, or words)
        """When the login itself was seen."""
        return obj.authenticated_at or _("not seen: never fresh")


@admin.register(LoginPlace)
class LoginPlaceAdmin(ReadOnlyAdmin):
    """From which countries and networks people log in, the latest first."""

    titled_by = ("user", "country")
    list_display = ("user", "country", "asn", "first_seen_at", "last_seen_at")
    list_filter = (("country", happened(_("country known"))),)
    search_people = ("user",)
    search_fields = ("country",)
    list_select_related = ("user",)
    fields = ("user", "country", "asn", "first_seen_at", "last_seen_at")
