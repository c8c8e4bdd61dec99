"""Holds: who has to wait, for what, until when, and who lifted it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge, checkpoint_text, is_running
from otpguard.admin.lists.filters import CheckpointFilter, happened
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.release import hold
from otpguard.labels import Text
from otpguard.models import Hold


class LiftHold(ObjectAction):
    """The wait ends early."""

    slug, label, grave = "lift", _("Lift"), True
    help = _("The wait ends now. Verify who the person is by some means other than e-mail.")

    def is_offered(self) -> bool:
        """Only a running one."""
        return self.obj.lifted_at is None and is_running(self.obj.until)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `lift`."""
        if not hold.lift(facts=facts, hold=self.obj, reason=form.cleaned_data["reason"]):
            raise NotAllowed(str(_("This hold has already ended.")))
        return _("The hold was lifted.")


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    """Holds, the longest running first."""

    object_actions = (LiftHold,)
    titled_by = ("checkpoint_name", "user")
    list_display = ("user", "tenant", "checkpoint_name", "state", "until", "reason", "created_at")
    list_filter = (CheckpointFilter, ("lifted_at", happened(_("lifted"))))
    search_people = ("user",)
    search_fields = ("tenant__name", "tenant__slug", "reason")
    list_select_related = ("user", "tenant")
    fields = (
        "user",
        "tenant",
        "checkpoint_name",
        "state",
        "reason",
        "created_at",
        "until",
        "lifted_at",
        "lifted_by",
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow the filter that the member's page links to."""
        return lookup == "membership__id__exact" or super().lookup_allowed(lookup, value, request)

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
