"""Receipts: what vendors said later about deliveries. Their own text is kept and never shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, route_text
from otpguard.admin.lists.filters import Lookups
from otpguard.admin.lists.vendor_words import VendorStateFilter
from otpguard.admin.tables.code_words import code_column
from otpguard.channels.base import ReceiptState
from otpguard.labels import delivery_state_label
from otpguard.models import Receipt

TONES = {ReceiptState.DELIVERED.value: "good", ReceiptState.FAILED.value: "bad"}


class KnownFilter(admin.SimpleListFilter):
    """Receipts of our deliveries, or of unknown ones."""

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

    titled_by = ("state_title", "provider")
    list_display = ("at", "provider", "state_text", "failure_text", "delivery_link")
    list_display_links = ("at",)
    list_filter = (KnownFilter, VendorStateFilter)
    search_fields = ("provider", "delivery__provider_ref")
    list_select_related = ("delivery",)
    fields = ("at", "provider", "state_text", "failure_text", "signed", "delivery_link")

    failure_text = code_column("failure", _("failure"))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow the filter that the delivery's page links to."""
        return lookup == "delivery__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("state"))
    def state_text(self, obj: Receipt) -> SafeString:
        """The state as a label."""
        return badge(self.state_title(obj), TONES.get(obj.state, ""))

    @admin.display(description=_("state"))
    def state_title(self, obj: Receipt) -> str:
        """The state in words; a vendor's own word as it is."""
        return str(delivery_state_label(obj.state))

    @admin.display(description=_("delivery"))
    def delivery_link(self, obj: Receipt) -> SafeString | str:
        """A link to the delivery, if it is known."""
        if obj.delivery is None:
            return NOTHING
        return self.link_to(
            "delivery", obj.delivery.pk, route_text(obj.delivery.provider, obj.delivery.channel)
        )
