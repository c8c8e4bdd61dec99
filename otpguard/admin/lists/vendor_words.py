"""Filters by the words of vendors, of which nobody has a list."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from otpguard.admin.lists.filters import Lookups, MenuFilter
from otpguard.labels import delivery_state_label

NEWEST = 2_000
"""Of how many rows the words are listed."""


class VendorWordFilter(MenuFilter):
    """One word of the vendors about their messages, of those that the newest messages have.

    Words come from vendors, so there is no list of them; all rows are not searched for them, and
    the one in the URL is always listed.
    """

    column: ClassVar[str]

    def lookups(self, _request: HttpRequest, model_admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """The words of the newest messages, by the alphabet."""
        newest = model_admin.model.objects.order_by("-pk")
        words = set(newest.values_list(self.column, flat=True)[:NEWEST])
        words.add(str(self.used_parameters.get(self.column) or ""))
        return [(word, word) for word in sorted(words) if word]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with that word."""
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class CarrierFilter(VendorWordFilter):
    """One carrier that delivered messages."""

    title = _("carrier")
    parameter_name = column = "carrier"


class NetworkRouteFilter(VendorWordFilter):
    """One way that a vendor sent messages by."""

    title = _("network route")
    parameter_name = column = "network_route"


class ProviderFilter(VendorWordFilter):
    """One provider that carried messages."""

    title = _("provider")
    parameter_name = column = "provider"


class VendorStateFilter(VendorWordFilter):
    """One state that vendors told of."""

    title = _("state")
    parameter_name = column = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """The states, in our words."""
        found = super().lookups(request, model_admin)
        return [(word, delivery_state_label(word)) for word, _same in found]
