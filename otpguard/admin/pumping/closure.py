"""Paid channels that were closed because of a loss, and lock-downs of sign-ups."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge, is_running
from otpguard.admin.lists.filters import happened
from otpguard.core.facts import RequestFacts
from otpguard.core.money import as_dollars
from otpguard.flows.pumping.money.lockdown import lift_lockdown, lock_down, reopen_channel
from otpguard.forms.pumping.lockdown import LockdownForm
from otpguard.labels import Text
from otpguard.models import PaidClosure, SignupLockdown


class ReopenChannel(ObjectAction):
    """Paid messages go there again without a trial."""

    slug, label, grave = "reopen", _("Open again"), True
    help = _("Codes go there again at once. The budgets still hold.")

    def is_offered(self) -> bool:
        """Only one that is closed."""
        return self.obj.ended_at is None

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `reopen_channel`."""
        done = reopen_channel(facts=facts, closure=self.obj, reason=form.cleaned_data["reason"])
        return _("It is open again.") if done else _("It was open already.")


@admin.register(PaidClosure)
class PaidClosureAdmin(ReadOnlyAdmin):
    """Closed channels, the newest first."""

    object_actions = (ReopenChannel,)
    titled_by = ("what",)
    list_display = ("what", "state", "lost", "at", "until", "ended_at")
    list_filter = ("scope",)
    search_fields = ("key",)
    fields = ("what", "state", "lost", "times", "at", "until", "tried_at", "ended_at")

    @admin.display(description=_("what"))
    def what(self, obj: PaidClosure) -> str:
        """The scope in words and its key."""
        return f"{obj.get_scope_display()} {obj.key}".strip()

    @admin.display(description=_("lost, in US dollars"))
    def lost(self, obj: PaidClosure) -> str:
        """What codes had cost that were not entered."""
        return as_dollars(obj.lost_micros)

    @admin.display(description=_("state"))
    def state(self, obj: PaidClosure) -> SafeString:
        """Closed, on trial or open."""
        if obj.ended_at is not None:
            return badge(_("open"), "good")
        return badge(_("closed"), "bad") if is_running(obj.until) else badge(_("on trial"), "wait")


class LockDown(ObjectAction):
    """No paid message goes to visitors for a while."""

    slug, label, on_list, grave = "lock-down", _("Lock down sign-ups"), True, True
    help = _("No codes go to the phones of new people. Two other operators can end it earlier.")
    form_class = LockdownForm

    def run(self, facts: RequestFacts, form: LockdownForm) -> Text:
        """Calls the flow `lock_down`."""
        self.obj = lock_down(facts=facts, **form.cleaned_data)
        return _("Sign-ups are locked down.")


class LiftLockdown(ObjectAction):
    """One of the two operators who end it."""

    slug, label, grave = "lift", _("Lift"), True
    help = _("It ends once two operators have said so who did not start it.")

    def is_offered(self) -> bool:
        """Only one that is in force."""
        return self.obj.lifted_at is None and is_running(self.obj.until)

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `lift_lockdown`."""
        reason = form.cleaned_data["reason"]
        done = lift_lockdown(facts=facts, lockdown=self.obj, reason=reason)
        return _("The lock-down has ended.") if done else _("A second operator must lift it, too.")


@admin.register(SignupLockdown)
class SignupLockdownAdmin(ReadOnlyAdmin):
    """Lock-downs, the newest first."""

    object_actions = (LockDown, LiftLockdown)
    search_people = ("by",)
    list_filter = (("lifted_at", happened(_("lifted"))),)
    titled_by = ("until",)
    list_display = ("until", "state", "by", "at", "lifting", "lifted_by", "lifted_at")
    list_select_related = ("by", "lifting", "lifted_by")
    fields = ("state", "by", "at", "until", "lifting", "lifted_by", "lifted_at")

    @admin.display(description=_("state"))
    def state(self, obj: SignupLockdown) -> SafeString:
        """In force, over or lifted."""
        if obj.lifted_at is not None:
            return badge(_("lifted"))
        return badge(_("in force"), "bad") if is_running(obj.until) else badge(_("over"), "good")
