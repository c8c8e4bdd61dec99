"""Emergency envelopes and the access they gave, with the way to end it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, checkpoint_text, is_running
from otpguard.admin.lists.filters import happened
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.emergency.close import end_access
from otpguard.labels import Text
from otpguard.models import EmergencyAccess, Envelope


class EndAccess(ObjectAction):
    """Nobody passes by it any more."""

    slug, label, grave = "end", _("End"), True
    help = _("From now on everybody has to confirm again. All administrators are told.")
    form_class = forms.Form

    def is_offered(self) -> bool:
        """Only while it is open."""
        return self.obj.ended_at is None and is_running(self.obj.until)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401, ARG002 (see ObjectAction)
        """Calls the flow `end_access`."""
        if not end_access(facts=facts, access=self.obj):
            raise NotAllowed(str(_("This can no longer be done: it has already ended.")))
        return _("Emergency access has ended.")


@admin.register(EmergencyAccess)
class EmergencyAccessAdmin(ReadOnlyAdmin):
    """What was opened, the newest first."""

    object_actions = (EndAccess,)
    titled_by = ("tenant",)
    list_display = ("tenant", "state", "drill", "reason", "opened_at", "until")
    list_filter = ("drill", ("ended_at", happened(_("ended"))))
    search_fields = ("tenant__name", "tenant__slug", "reason")
    list_select_related = ("tenant",)
    fields = (
        *("tenant", "state", "drill", "reason", "opens", "people_text"),
        *("opened_at", "until", "ended_at"),
    )

    @admin.display(description=_("state"))
    def state(self, obj: EmergencyAccess) -> SafeString:
        """Open or over."""
        if obj.ended_at is None and is_running(obj.until):
            return badge(_("drill") if obj.drill else _("open"), "wait" if obj.drill else "bad")
        return badge(_("over"), "good")

    @admin.display(description=_("operations"))
    def opens(self, obj: EmergencyAccess) -> str:
        """The checkpoints in words."""
        return ", ".join(map(checkpoint_text, obj.checkpoints)) or NOTHING

    @admin.display(description=_("people"))
    def people_text(self, obj: EmergencyAccess) -> str:
        """Who entered a code: who asked, and the votes."""
        votes = obj.approval.votes.select_related("user")
        return ", ".join([str(obj.approval.asked_by), *(str(vote.user) for vote in votes)])


@admin.register(Envelope)
class EnvelopeAdmin(ReadOnlyAdmin):
    """Envelopes, the newest first. No code and no digest is ever shown."""

    titled_by = ("tenant",)
    list_display = ("tenant", "made_by", "codes_left", "created_at", "ended_at")
    list_filter = (("ended_at", happened(_("ended"))),)
    search_fields = ("tenant__name", "tenant__slug")
    search_people = ("made_by",)
    list_select_related = ("tenant", "made_by")
    fields = ("tenant", "made_by", "opens", "codes_left", "created_at", "ended_at")

    @admin.display(description=_("operations"))
    def opens(self, obj: Envelope) -> str:
        """The checkpoints in words."""
        return ", ".join(map(checkpoint_text, obj.checkpoints)) or NOTHING

    @admin.display(description=_("unused codes"))
    def codes_left(self, obj: Envelope) -> int:
        """How many codes still serve."""
        return int(obj.codes.filter(used_at=None).count())
