"""Filters of the list of pumping decisions. None of their choices needs a query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import checkpoint_text
from otpguard.admin.lists.filters import Lookups, MenuFilter, TimeFilter
from otpguard.admin.pumping.words import LAYERS
from otpguard.conf import settings
from otpguard.core.phone import regions

EVERY = "all"
DAY = "day"


class DecisionTimeFilter(TimeFilter):
    """How far back: the last day, unless something else is chosen."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """The spans, and all that is kept."""
        return [*super().lookups(request, model_admin), (EVERY, _("All that is kept"))]

    def value(self) -> str | None:
        """What is chosen, or the last day."""
        chosen = super().value()
        return chosen if chosen in (*self.spans, EVERY) else DAY

    def choices(self, changelist: Any) -> Iterator[Any]:  # noqa: ANN401 (Django's ChangeList)
        """Without Django's own "All", which would be the last day."""
        every = super().choices(changelist)
        next(every)
        return every


class LayerFilter(MenuFilter):
    """What decided, by the words of the layer."""

    title = _("decided by")
    parameter_name = "layer"

    def lookups(self, _request: HttpRequest, _admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """All layers."""
        return [(layer.value, text) for layer, text in LAYERS.items()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that this layer decided."""
        return queryset.filter(layer=self.value()) if self.value() else queryset


class DecisionSourceFilter(MenuFilter):
    """Which form or checkpoint asked."""

    title = _("asked for at")
    parameter_name = "source"

    def lookups(self, _request: HttpRequest, _admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """All checkpoints by their words."""
        slugs = settings().checkpoints
        return sorted(((slug, checkpoint_text(slug)) for slug in slugs), key=lambda pair: pair[1])

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of that checkpoint."""
        return queryset.filter(source=self.value()) if self.value() else queryset


class CountryFilter(MenuFilter):
    """The country of the number, by its ISO code."""

    title = _("country")
    parameter_name = "country"

    def lookups(self, _request: HttpRequest, _admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """All that have numbers."""
        return [(region, region) for region in regions()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of that country."""
        return queryset.filter(country=self.value()) if self.value() else queryset


class NumberFilter(admin.SimpleListFilter):
    """One number, by its blind indexes; shown only while one is searched for."""

    title = _("number")
    parameter_name = "number"

    def lookups(self, _request: HttpRequest, _admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """The number at hand."""
        chosen = self.used_parameters.get(self.parameter_name)
        return [(str(chosen), _("This number"))] if chosen else []

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of that number."""
        chosen = self.value()
        return queryset.filter(phone_index__in=chosen.split(",")) if chosen else queryset
