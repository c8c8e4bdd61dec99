"""Opt-outs: for which numbers a channel is off, since when and why; the number is masked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, badge, channel_words, is_running
from otpguard.admin.lists.filters import ChannelFilter, happened
from otpguard.admin.lists.vendor_words import ProviderFilter
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import mask_phone
from otpguard.exceptions import NotAllowed
from otpguard.flows.route.opt_out import switch_on
from otpguard.labels import Text
from otpguard.models import OptOut
from otpguard.vault import UndecryptableError


class SwitchNumberOn(ObjectAction):
    """Messages go there again."""

    slug, label, grave = "switch-on", _("Switch on again"), True
    help = _(
        "Only if the person has asked for it by some means other than this number: they stopped"
        " these"
        " messages. Say in the reason how they asked. The vendor may still refuse until they send"
        " START."
    )

    def is_offered(self) -> bool:
        """Only one that has not ended."""
        return self.obj.ended_at is None

    def run(self, facts: RequestFacts, form: Any) -> Text:  # noqa: ANN401 (see ObjectAction)
        """Calls the flow `switch_on`."""
        if not switch_on(facts=facts, opt_out=self.obj, reason=form.cleaned_data["reason"]):
            raise NotAllowed(str(_("This is on already.")))
        return _("The channel was switched on.")


@admin.register(OptOut)
class OptOutAdmin(ReadOnlyAdmin):
    """Opt-outs, the newest first."""

    object_actions = (SwitchNumberOn,)
    empty_text = _("Nobody has stopped messages to a number.")
    titled_by = ("channel_text", "number_text")
    list_display = (
        "number_text",
        "channel_text",
        "state_text",
        "source",
        "provider",
        "tenant",
        "at",
    )
    list_filter = (("ended_at", happened(_("ended"))), ChannelFilter, "source", ProviderFilter)
    search_fields = ("provider", "tenant__slug")
    list_select_related = ("tenant",)
    fields = (
        "number_text",
        "channel_text",
        "state_text",
        "source",
        "provider",
        "tenant",
        "at",
        "until",
        "ended_at",
        "ended_by",
        "ended_reason",
    )

    @admin.display(description=_("number"))
    def number_text(self, obj: OptOut) -> str:
        """Country code and last two digits."""
        try:
            return mask_phone(obj.number.reveal())
        except UndecryptableError:
            return str(_("unreadable: its key is gone"))

    @admin.display(description=_("channel"))
    def channel_text(self, obj: OptOut) -> str:
        """The channel in words."""
        return channel_words(obj.channel)

    @admin.display(description=_("state"))
    def state_text(self, obj: OptOut) -> SafeString:
        """Whether messages go there."""
        if obj.ended_at is not None or (obj.until is not None and not is_running(obj.until)):
            return badge(_("on"), "good")
        return badge(_("off"), "bad")
