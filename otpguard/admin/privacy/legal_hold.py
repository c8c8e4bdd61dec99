"""Legal holds on people: who is kept, why, and the way to end it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin
from otpguard.admin.lists.filters import happened
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.factor.reset import CHECKPOINT
from otpguard.flows.privacy.legal_hold import lift_legal_hold
from otpguard.labels import Text
from otpguard.models import LegalHold


class LiftLegalHold(ObjectAction):
    """The person may be erased and deleted again."""

    slug, label, grave = "lift", _("Lift"), True
    checkpoint = CHECKPOINT

    def is_offered(self) -> bool:
        """Only a running one."""
        return self.obj.lifted_at is None

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `lift_legal_hold`."""
        if not lift_legal_hold(facts=facts, hold=self.obj, reason=form.cleaned_data["reason"]):
            raise NotAllowed(str(_("This hold has already ended.")))
        return _("The hold was lifted.")


@admin.register(LegalHold)
class LegalHoldAdmin(ReadOnlyAdmin):
    """Legal holds, the newest first."""

    object_actions = (LiftLegalHold,)
    titled_by = ("user_key",)
    list_display = ("user_key", "reason", "created_at", "created_by", "lifted_at")
    list_filter = (("lifted_at", happened(_("lifted"))),)
    search_fields = ("user_key", "reason")
    list_select_related = ("created_by",)
    fields = ("user_key", "reason", "created_at", "created_by", "lifted_at", "lifted_by")
