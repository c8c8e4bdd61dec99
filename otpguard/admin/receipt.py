"""Receipts: what vendors reported of deliveries. The report itself is kept, and never shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, link_to
from otpguard.admin.filters import Lookups
from otpguard.channels.base import ReceiptState
from otpguard.models import Receipt

TONES = {ReceiptState.DELIVERED.value: "good", ReceiptState.FAILED.value: "bad"}


class KnownFilter(admin.SimpleListFilter):
    """Reports of our deliveries, or of what nobody here knows."""

    title = _("delivery")
    parameter_name = "known"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:  # noqa: ANN401, ARG002 (Django's signature)
        """Both."""
        return [("yes", _("known")), ("no", _("unknown"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 (Django's signature)
        """The rows of the choice."""
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(delivery__isnull=self.value() == "no")


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    """Receipts, the newest first."""

    list_display = ("at", "provider", "state_text", "failure", "delivery_link")
    list_display_links = ("at",)
    list_filter = (KnownFilter, "state")
    search_fields = ("provider", "delivery__provider_ref")
    list_select_related = ("delivery",)
    date_hierarchy = "at"
    fields = ("at", "provider", "state_text", "failure", "signed", "delivery_link")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The delivery may be asked for, as the delivery's page does."""
        return lookup == "delivery__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("state"), ordering="state")
    def state_text(self, obj: Receipt) -> SafeString:
        """The state as a label."""
        return badge(obj.state, TONES.get(obj.state, ""))

    @admin.display(description=_("delivery"))
    def delivery_link(self, obj: Receipt) -> SafeString | str:
        """The delivery, to click; nothing where nobody here knows it."""
        if obj.delivery is None:
            return NOTHING
        return link_to("delivery", obj.delivery.pk, obj.delivery)
