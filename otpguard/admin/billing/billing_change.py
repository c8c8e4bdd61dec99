"""Billing changes: who made them, who was told, and the locks that people put on them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, is_running
from otpguard.admin.lists.filters import happened
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.release.held import BILLING_LOCK
from otpguard.flows.release.lift import CHECKPOINT, lift_or_ask
from otpguard.labels import Text, billing_field_label
from otpguard.models import Approval, BillingChange


class LiftBillingLock(ObjectAction):
    """The lock ends early: at once for the site, by two people for a tenant."""

    slug, label, grave = "lift", _("Lift"), True
    checkpoint = CHECKPOINT
    help = _(
        "Billing can be changed again. In an organization a second billing admin must agree."
        " Verify that the billing details are right by some means other than e-mail."
    )

    def is_offered(self) -> bool:
        """Only for a lock that runs."""
        until = self.obj.locked_until
        return until is not None and self.obj.lifted_at is None and is_running(until)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `lift_or_ask`."""
        done = lift_or_ask(
            facts=facts,
            kind=BILLING_LOCK,
            held_id=str(self.obj.pk),
            reason=form.cleaned_data["reason"],
        )
        if isinstance(done, Approval):
            return _("A second billing admin must agree.")
        if not done:
            raise NotAllowed(str(_("This lock has already ended.")))
        return _("The lock has ended.")


@admin.register(BillingChange)
class BillingChangeAdmin(ReadOnlyAdmin):
    """Billing changes, the newest first."""

    object_actions = (LiftBillingLock,)
    titled_by = ("field_name", "tenant")
    ordering = ("-id",)
    list_display = ("field_name", "tenant", "by", "values", "state", "at", "locked_until")
    list_filter = (("locked_at", happened(_("locked"))), ("lifted_at", happened(_("lifted"))))
    search_people = ("by",)
    search_fields = ("tenant__name", "tenant__slug")
    list_select_related = ("by", "tenant")
    fields = (
        "tenant",
        "field_name",
        "values",
        "by",
        "at",
        "state",
        "locked_at",
        "locked_by",
        "locked_until",
        "lifted_by",
        "lifted_at",
    )

    @admin.display(description=_("what"))
    def field_name(self, obj: BillingChange) -> str:
        """What was changed, in words."""
        return str(billing_field_label(obj.field))

    @admin.display(description=_("values"))
    def values(self, obj: BillingChange) -> str:
        """Both masked values."""
        return f"{obj.before or NOTHING} → {obj.after or NOTHING}"

    @admin.display(description=_("state"))
    def state(self, obj: BillingChange) -> SafeString:
        """Never locked, locked, over or lifted."""
        if obj.locked_until is None:
            return badge(_("not locked"))
        if obj.lifted_at is not None:
            return badge(_("lifted"), "good")
        return badge(_("locked"), "bad") if is_running(obj.locked_until) else badge(_("over"))
