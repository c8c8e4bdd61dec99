"""Deliveries: each try at sending a code, over which route, with what outcome."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import (
    NOTHING,
    ReadOnlyAdmin,
    badge,
    channel_words,
    checkpoint_text,
    route_text,
)
from otpguard.admin.lists.filters import ChannelFilter, DeliveryStateFilter
from otpguard.admin.lists.vendor_words import CarrierFilter, NetworkRouteFilter, ProviderFilter
from otpguard.admin.tables.code_words import code_column, code_words
from otpguard.core.challenge import DeliveryState
from otpguard.core.money import as_dollars
from otpguard.labels import DELIVERY_STATES, Text
from otpguard.models import Delivery

TONES = {
    DeliveryState.QUEUED: "wait",
    DeliveryState.SENDING: "wait",
    DeliveryState.DELIVERED: "good",
    DeliveryState.FAILED: "bad",
}


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Deliveries, the newest first."""

    ordering = ("-id",)
    titled_by = ("route", "person")
    list_display = (
        "created_at",
        "person",
        "checkpoint_name",
        "state_text",
        "route",
        "outcome_text",
        "tenant",
        "carrier",
        "network_route",
    )
    list_filter = (
        DeliveryStateFilter,
        ChannelFilter,
        ProviderFilter,
        CarrierFilter,
        NetworkRouteFilter,
    )
    search_people = ("challenge__user",)
    search_fields = ("provider_ref", "tenant__slug")
    list_select_related = ("challenge__user", "tenant")
    fields = (
        "challenge_link",
        "tenant",
        "step",
        "channel_text",
        "provider",
        "state_text",
        "outcome_text",
        "failure_text",
        "carrier",
        "network_route",
        "cost_text",
        "provider_ref",
        "country",
        "receipts_text",
        "created_at",
        "sent_at",
        "lease_until",
    )

    outcome_text = code_column("outcome", _("outcome"))
    failure_text = code_column("failure", _("failure"))

    def links(self, _request: HttpRequest, obj: Delivery) -> list[tuple[Text, str]]:
        """The challenge whose code it carried, and the vendor's receipts."""
        return [
            (_("Challenge"), self._challenge_page(obj)),
            (_("Receipts"), self.list_url("receipt", delivery__id__exact=obj.pk)),
        ]

    def _challenge_page(self, obj: Delivery) -> str:
        site = self.admin_site
        challenge_admin = site.get_model_admin(type(obj.challenge))
        assert isinstance(challenge_admin, ReadOnlyAdmin)  # noqa: S101 (registered beside this one)
        return challenge_admin.page_of(obj.challenge)

    @admin.display(description=_("challenge"))
    def challenge_link(self, obj: Delivery) -> SafeString | str:
        """The challenge, to click."""
        return self.link_to("challenge", obj.challenge_id, self.checkpoint_name(obj))

    @admin.display(description=_("user"))
    def person(self, obj: Delivery) -> str:
        """Whose code it carried."""
        return str(obj.challenge.user or NOTHING)

    @admin.display(description=_("route"))
    def route(self, obj: Delivery) -> str:
        """Provider and channel in one column."""
        return route_text(obj.provider, obj.channel)

    @admin.display(description=_("channel"))
    def channel_text(self, obj: Delivery) -> str:
        """The channel in words."""
        return channel_words(obj.channel)

    @admin.display(description=_("checkpoint"))
    def checkpoint_name(self, obj: Delivery) -> str:
        """The checkpoint in words."""
        return checkpoint_text(obj.challenge.checkpoint)

    @admin.display(description=_("state"))
    def state_text(self, obj: Delivery) -> SafeString:
        """The state as a label."""
        state = DeliveryState(obj.state)
        return badge(DELIVERY_STATES[state], TONES.get(state, ""))

    @admin.display(description=_("cost, US dollars"))
    def cost_text(self, obj: Delivery) -> str:
        """What it cost: the vendor's figure, or ours."""
        return as_dollars(obj.cost_micros) if obj.cost_micros else NOTHING

    @admin.display(description=_("receipts"))
    def receipts_text(self, obj: Delivery) -> SafeString | str:
        """The vendor's receipts, in the order they came."""
        rows = [
            (
                timezone.localtime(row.at).strftime("%H:%M:%S"),
                DELIVERY_STATES[DeliveryState(row.state)],
                f" ({code_words(row.failure)})" if row.failure else "",
            )
            for row in obj.receipt_set.order_by("at", "pk")
        ]
        return format_html_join("", "<div>{} · {}{}</div>", rows) or NOTHING
