"""Prices of routes, the actions that change them, and the month's costs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from otpguard.admin.actions import ObjectAction
from otpguard.admin.base import ReadOnlyAdmin, channel_words, route_text
from otpguard.admin.lists.filters import ChannelFilter
from otpguard.admin.tables.costs import costs_page
from otpguard.channels.prices import as_rate
from otpguard.core.facts import RequestFacts
from otpguard.core.money import as_dollars
from otpguard.flows.route.price import end_price, set_price
from otpguard.forms.price import LastDayForm, PriceForm
from otpguard.labels import Text
from otpguard.models import Price


class SetPrice(ObjectAction):
    """A price from a day on."""

    slug, label, on_list = "set", _("Set price"), True
    help = _(
        "The newest valid price counts, and a price for a country counts before one for"
        " everywhere. Messages keep the price they were sent at."
    )
    form_class = PriceForm

    def target(self, form: PriceForm) -> str:
        """Which route, to where."""
        cleaned = form.cleaned_data
        where = cleaned["country"] or _("everywhere")
        return f"{self.label}: {cleaned['channel']}, {cleaned['provider']}, {where}"

    def run(self, facts: RequestFacts, form: PriceForm) -> Text:
        """Calls the flow `set_price`."""
        self.obj = set_price(facts=facts, rate=form.rate())
        return _("The price was saved.")


class EndPrice(ObjectAction):
    """The last day of a price."""

    slug, label = "end", _("End")
    help = _("After its last day an older price that is still valid counts again, or the setting.")
    form_class = LastDayForm

    def is_offered(self) -> bool:
        """Only while it has no last day."""
        return self.obj.valid_until is None

    def run(self, facts: RequestFacts, form: LastDayForm) -> Text:
        """Calls the flow `end_price`."""
        ended = end_price(facts=facts, price=self.obj, last_day=form.day())
        return _("The price ends.") if ended else _("No change.")


@admin.register(Price)
class PriceAdmin(ReadOnlyAdmin):
    """Prices by route."""

    object_actions = (SetPrice, EndPrice)
    titled_by = ("route", "where")
    list_display = (
        "route",
        "where",
        "each_message",
        "each_success",
        "from_volume",
        "valid_from",
        "valid_until",
    )
    list_filter = (ChannelFilter, "provider", "country")
    search_fields = ("provider", "country")
    fields = (
        "provider",
        "channel_text",
        "where",
        "per_try_text",
        "add_on_text",
        "surcharge_text",
        "each_message",
        "each_success",
        "from_volume",
        "valid_from",
        "valid_until",
    )

    def get_urls(self) -> list[URLPattern]:
        """The month's costs, shown next to the prices."""
        page = self.admin_site.admin_view(self.costs_view)
        return [path("costs/", page, name="otpguard_price_costs"), *super().get_urls()]

    def costs_view(self, request: HttpRequest) -> HttpResponse:
        """All tenants' costs: for everybody who may see prices."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return costs_page(self.admin_site, request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with a link to the costs."""
        links = [(_("Costs by month"), self.url_of("otpguard_price_costs"))]
        return super().changelist_view(request, {**(extra_context or {}), "object_links": links})

    @admin.display(description=_("route"))
    def route(self, obj: Price) -> str:
        """Provider and channel in one column."""
        return route_text(obj.provider, obj.channel)

    @admin.display(description=_("channel"))
    def channel_text(self, obj: Price) -> str:
        """The channel in words."""
        return channel_words(obj.channel)

    @admin.display(description=_("country"))
    def where(self, obj: Price) -> str:
        """The country, or everywhere."""
        return obj.country or str(_("everywhere"))

    @admin.display(description=_("a message, US$"))
    def each_message(self, obj: Price) -> str:
        """All that a message costs when it is sent."""
        return as_dollars(as_rate(obj).per_send)

    @admin.display(description=_("an answered code, US$"))
    def each_success(self, obj: Price) -> str:
        """Due when the code is answered."""
        return as_dollars(obj.per_success)

    @admin.display(description=_("price, US$"))
    def per_try_text(self, obj: Price) -> str:
        """The vendor's own part."""
        return as_dollars(obj.per_try)

    @admin.display(description=_("add-on, US$"))
    def add_on_text(self, obj: Price) -> str:
        """Such as protection from fraud."""
        return as_dollars(obj.add_on)

    @admin.display(description=_("carrier's surcharge, US$"))
    def surcharge_text(self, obj: Price) -> str:
        """What the carrier adds."""
        return as_dollars(obj.surcharge)
