"""What vendors said about numbers, without the numbers; and how the vendors are doing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import NOTHING, ReadOnlyAdmin, badge, is_running, revealed
from otpguard.admin.lists.filters import happened
from otpguard.core.breaker import BreakerState
from otpguard.core.pumping.intel.number_cache import load
from otpguard.labels import Text
from otpguard.models import NumberAnswer, VendorState

_STATES: dict[BreakerState, tuple[Text, str]] = {
    BreakerState.IN_USE: (_("in use"), "good"),
    BreakerState.PAUSED: (_("paused"), "bad"),
    BreakerState.ON_TRIAL: (_("on trial"), "wait"),
}


class VendorFilter(admin.SimpleListFilter):
    """By vendor: those that have been asked."""

    title = _("vendor")
    parameter_name = "vendor"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ANN401, ARG002 (Django's signature)
        """Each of them."""
        return [(name, name) for name in VendorState.objects.values_list("name", flat=True)]

    def queryset(self, request: Any, queryset: Any) -> Any:  # noqa: ANN401, ARG002 (Django's signature)
        """The answers of one, or all."""
        return queryset.filter(vendor=self.value()) if self.value() else queryset


@admin.register(NumberAnswer)
class NumberAnswerAdmin(ReadOnlyAdmin):
    """Answers, the one that is used longest first. A row does not have its number: what a vendor
    said about a known number stands in the decisions about it."""

    empty_text = _("No vendor was asked about a number yet.")
    titled_by = ("vendor_name", "until")
    list_display = ("vendor_name", "said", "state_text", "until")
    list_filter = (VendorFilter,)
    search_fields = ("vendor",)
    fields = ("vendor_name", "said", "state_text", "until")

    @admin.display(description=_("vendor"))
    def vendor_name(self, obj: NumberAnswer) -> str:
        """As the settings name it."""
        return obj.vendor

    @admin.display(description=_("what it says"))
    def said(self, obj: NumberAnswer) -> str:
        """Each fact that it knew."""
        known = load(revealed(obj.answer)).report.as_json()
        return ", ".join(f"{name}: {value}" for name, value in known.items()) or NOTHING

    @admin.display(description=_("state"))
    def state_text(self, obj: NumberAnswer) -> SafeString:
        """Whether it is used again."""
        return badge(_("in use"), "good") if is_running(obj.until) else badge(_("over"))


@admin.register(VendorState)
class VendorStateAdmin(ReadOnlyAdmin):
    """Vendors by their names."""

    empty_text = _("No vendor was asked about a number yet.")
    titled_by = ("vendor_name",)
    list_display = ("vendor_name", "state_text", "asked_today", "paused")
    list_filter = (("paused_until", happened(_("paused"))),)
    search_fields = ("name",)
    fields = ("vendor_name", "state_text", "asked_today", "paused")

    @admin.display(description=_("vendor"))
    def vendor_name(self, obj: VendorState) -> str:
        """As the settings name it."""
        return obj.name

    @admin.display(description=_("state"))
    def state_text(self, obj: VendorState) -> SafeString:
        """What its breaker says."""
        return badge(*_STATES[BreakerState(obj.state)])

    @admin.display(description=_("look-ups today"))
    def asked_today(self, obj: VendorState) -> int:
        """In UTC, as the budget counts them."""
        return obj.asked if obj.day == timezone.now().date() else 0

    @admin.display(description=_("paused until"))
    def paused(self, obj: VendorState) -> Any:  # noqa: ANN401 (a moment, or what stands for none)
        """While it is left alone."""
        return obj.paused_until if is_running(obj.paused_until) else NOTHING
