"""Notices: what people were told, over which channel, with what outcome."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.account import name_of
from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, revealed
from otpguard.admin.lists.filters import ChannelFilter
from otpguard.admin.tables.code_words import code_column
from otpguard.core.assurance import Channel
from otpguard.factors.phone import masked_destination
from otpguard.labels import CHANNELS, Text
from otpguard.models import Notice
from otpguard.notices.kinds import KINDS, NoticeKind

TONES: dict[str, str] = {
    Notice.State.QUEUED: "wait",
    Notice.State.SENDING: "wait",
    Notice.State.SENT: "good",
    Notice.State.FAILED: "bad",
}


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Notices, the newest first; destinations masked, their text not kept."""

    ordering = ("-id",)
    titled_by = ("kind_text", "user")
    list_display = (
        "created_at",
        "user",
        "kind_text",
        "channel_text",
        "masked",
        "state_text",
        "outcome_text",
        "tenant",
        "sent_at",
    )
    list_filter = ("state", ChannelFilter)
    search_people = ("user",)
    search_fields = ("kind", "tenant__slug")
    list_select_related = ("user", "tenant")
    fields = (
        "kind_text",
        "user",
        "tenant",
        "channel_text",
        "masked",
        "language",
        "state_text",
        "tries",
        "outcome_text",
        "created_at",
        "sent_at",
        "lease_until",
    )

    outcome_text = code_column("outcome", _("outcome"))

    def links(self, _request: HttpRequest, obj: Notice) -> list[tuple[Text, str]]:
        """What else happened to the person."""
        return [(_("Events"), self.list_url("event", q=name_of(obj.user)))] if obj.user else []

    @admin.display(description=_("notice"))
    def kind_text(self, obj: Notice) -> str:
        """The kind in words; one from a later release is shown as it is."""
        known = obj.kind in NoticeKind.__members__.values()
        return str(KINDS[NoticeKind(obj.kind)].action) if known else obj.kind

    @admin.display(description=_("channel"))
    def channel_text(self, obj: Notice) -> str:
        """The channel in words."""
        return str(CHANNELS[Channel(obj.channel)])

    @admin.display(description=_("destination"))
    def masked(self, obj: Notice) -> str:
        """Where it goes, never in full."""
        to = revealed(obj.destination)
        return masked_destination(Channel(obj.channel), number=to, email=to) if to else NOTHING

    @admin.display(description=_("state"))
    def state_text(self, obj: Notice) -> SafeString:
        """The state as a label."""
        return badge(obj.get_state_display(), TONES.get(obj.state, ""))
