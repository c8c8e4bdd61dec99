"""Holds: who has to wait, for what, until when, and who lifted it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge, checkpoint_text, is_running
from otpguard.admin.lists.filters import CheckpointFilter, happened
from otpguard.admin.tables.code_words import code_column
from otpguard.admin.tables.held import held_page
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.release.held import MEMBER_HOLD
from otpguard.flows.release.lift import CHECKPOINT, lift_or_ask
from otpguard.labels import Text
from otpguard.models import Approval, Hold


class LiftHold(ObjectAction):
    """The wait ends early, at once or once others agree."""

    slug, label, grave = "lift", _("Lift"), True
    checkpoint = CHECKPOINT
    help = _("The wait ends now. Verify who the person is by some means other than e-mail.")

    def is_offered(self) -> bool:
        """Only a running one."""
        return self.obj.lifted_at is None and is_running(self.obj.until)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `lift_or_ask`."""
        done = lift_or_ask(
            facts=facts,
            kind=MEMBER_HOLD,
            held_id=str(self.obj.pk),
            reason=form.cleaned_data["reason"],
        )
        if isinstance(done, Approval):
            return _("Another administrator has to approve this. Nothing has changed yet.")
        if not done:
            raise NotAllowed(str(_("This hold has already ended.")))
        return _("The hold was lifted.")


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    """Holds, the longest running first."""

    object_actions = (LiftHold,)
    titled_by = ("checkpoint_name", "user")
    list_display = (
        "user",
        "tenant",
        "checkpoint_name",
        "state",
        "until",
        "reason_text",
        "created_at",
    )
    list_filter = (CheckpointFilter, ("lifted_at", happened(_("lifted"))))
    search_people = ("user",)
    search_fields = ("tenant__name", "tenant__slug", "reason")
    list_select_related = ("user", "tenant")
    fields = (
        "user",
        "tenant",
        "checkpoint_name",
        "state",
        "reason_text",
        "created_at",
        "until",
        "lifted_at",
        "lifted_by",
    )

    def get_urls(self) -> list[URLPattern]:
        """The page of all that waits, of every kind."""
        page = self.admin_site.admin_view(self.held_view)
        return [path("all/", page, name="otpguard_hold_all"), *super().get_urls()]

    def held_view(self, request: HttpRequest) -> HttpResponse:
        """Holds, locks and exports in one list."""
        return held_page(self.admin_site, request, self.url_of)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with a link to all that waits."""
        links = [(_("All that waits"), self.url_of("otpguard_hold_all"))]
        return super().changelist_view(request, {**(extra_context or {}), "object_links": links})

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow the filter that the member's page links to."""
        return lookup == "membership__id__exact" or super().lookup_allowed(lookup, value, request)

    reason_text = code_column("reason", _("reason"))

    @admin.display(description=_("checkpoint"))
    def checkpoint_name(self, obj: Hold) -> str:
        """The checkpoint in words."""
        return checkpoint_text(obj.checkpoint)

    @admin.display(description=_("state"))
    def state(self, obj: Hold) -> SafeString:
        """Running, over or lifted."""
        if obj.lifted_at is not None:
            return badge(_("lifted"))
        return badge(_("running"), "wait") if is_running(obj.until) else badge(_("over"), "good")
