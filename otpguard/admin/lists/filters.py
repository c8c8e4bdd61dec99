"""Filters whose choices need no query, shown as a menu if there are many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import checkpoint_text
from otpguard.conf import factor_kinds, settings
from otpguard.core.checkpoints import EVERY, SENSITIVE
from otpguard.core.events.base import CATALOG
from otpguard.core.host_event import HOST_EVENTS
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.labels import (
    CHALLENGE_STATES,
    CHANNELS,
    DELIVERY_STATES,
    LEVELS,
    PRIMARIES,
    SOURCES,
    Text,
    factor_kind_label,
)
from otpguard.models import Tenant

TENANTS_LISTED = 100
SITE = "site"
Lookups = list[tuple[str, Any]]


class MenuFilter(admin.SimpleListFilter):
    """A filter shown as a menu. All menus of a list are in one form, with one button after the
    last; it keeps the other filters as they are."""

    template = "admin/otpguard/menu_filter.html"

    def choices(self, changelist: Any) -> Iterator[Any]:  # noqa: ANN401 (Django's ChangeList)
        """The entries, each with its value; with the first menu, what the form carries along."""
        menus = [each for each in changelist.filter_specs if isinstance(each, MenuFilter)]
        kept = _kept(changelist, {each.parameter_name for each in menus})
        chosen = self.value() or ""
        for value, text in [("", _("All")), *self.lookup_choices]:
            yield {
                "value": value,
                "display": text,
                "selected": str(value) == chosen,
                "kept": kept if self is menus[0] else (),
                "has_button": self is menus[-1],
                "parameter": self.parameter_name,
            }


class CheckpointFilter(MenuFilter):
    """One checkpoint, of those that the site knows."""

    title = _("checkpoint")
    parameter_name = "checkpoint"

    def lookups(self, _request: HttpRequest, _admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """All checkpoints by their words."""
        slugs = [*settings().checkpoints, SENSITIVE, EVERY]
        return sorted(((slug, checkpoint_text(slug)) for slug in slugs), key=lambda pair: pair[1])

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of that checkpoint."""
        return queryset.filter(checkpoint=self.value()) if self.value() else queryset


def happened(what: Text) -> type[admin.EmptyFieldListFilter]:
    """A filter for a column that is empty until `what` has happened: no, or yes."""

    class Happened(admin.EmptyFieldListFilter):
        """Django's own, which says “empty” and “not empty”, in the words of the question."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Django's signature)
            super().__init__(*args, **kwargs)
            self.title = what  # type: ignore[assignment]  # lazy, as Django's own are

        def choices(self, changelist: Any) -> Iterator[Any]:  # noqa: ANN401 (Django's ChangeList)
            """All, those to which it has not happened, the others."""
            words = (_("All"), _("No"), _("Yes"))
            for choice, word in zip(super().choices(changelist), words, strict=True):
                yield {**choice, "display": word}

    return Happened


class ExceptionStateFilter(admin.SimpleListFilter):
    """Policy exceptions that count now, or those that are over."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, _request: HttpRequest, _admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """Two states."""
        return [("running", _("running")), ("over", _("over"))]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in that state."""
        running = queryset.filter(ended_at=None, expires_at__gt=timezone.now())
        if self.value() == "running":
            return running
        return queryset.exclude(pk__in=running.values("pk")) if self.value() == "over" else queryset


class WordsFilter(admin.SimpleListFilter):
    """One value of the column `parameter_name`, chosen by its words."""

    words: ClassVar[Mapping[Any, Text]]

    def lookups(self, _request: HttpRequest, _admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """All values there are."""
        return [(str(value.value), text) for value, text in self.words.items()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with that value."""
        value = self.value()
        known = {str(each.value) for each in self.words}
        if not value:
            return queryset
        return (
            queryset.filter(**{str(self.parameter_name): value})
            if value in known
            else queryset.none()
        )


class ChannelFilter(WordsFilter):
    """One channel."""

    title = _("channel")
    parameter_name = "channel"
    words = CHANNELS


class PrimaryFilter(WordsFilter):
    """What login sessions were opened with."""

    title = _("logged in by")
    parameter_name = "primary"
    words = PRIMARIES


class SourceFilter(WordsFilter):
    """Who established a proof."""

    title = _("source")
    parameter_name = "source"
    words = SOURCES


class ChallengeStateFilter(WordsFilter):
    """Where challenges stand."""

    title = _("state")
    parameter_name = "state"
    words = CHALLENGE_STATES


class DeliveryStateFilter(WordsFilter):
    """How far messages have come."""

    title = _("state")
    parameter_name = "state"
    words = DELIVERY_STATES


class LevelFilter(WordsFilter):
    """What a rule asks for."""

    title = _("level")
    parameter_name = "level"
    words = LEVELS


class FactorKindFilter(admin.SimpleListFilter):
    """One kind of factor, of those that are installed. `lookup` leads from the row to the kind."""

    title = _("kind")
    parameter_name = "kind"
    lookup: ClassVar = "kind"

    def lookups(self, _request: HttpRequest, _admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """All kinds by their words."""
        return [(slug, factor_kind_label(slug)) for slug in factor_kinds()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of that kind."""
        return queryset.filter(**{self.lookup: self.value()}) if self.value() else queryset


class BlockedKindFilter(FactorKindFilter):
    """The same for rows that point to a factor."""

    lookup = "factor__kind"


class KindFilter(MenuFilter):
    """One kind of event, by its label in the catalog."""

    title = _("event")
    parameter_name = "kind"

    def lookups(self, _request: HttpRequest, _admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """The catalog in its own order, then the host's own events."""
        return [(kind.code, kind.label) for kind in (*CATALOG, *HOST_EVENTS)]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of that kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


class TenantFilter(MenuFilter):
    """One tenant, or the site itself. If there are many, only the tenant in the URL is listed."""

    title = _("organization")
    parameter_name = "tenant"

    def lookups(self, _request: HttpRequest, _admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """The tenants by name, if they are few enough for a menu."""
        rows = list(Tenant.objects.values_list("pk", "name")[: TENANTS_LISTED + 1])
        if len(rows) > TENANTS_LISTED:
            chosen = _uuid(self.used_parameters.get(self.parameter_name))
            rows = list(
                Tenant.objects.filter(pk__in=[chosen] if chosen else []).values_list("pk", "name")
            )
        listed: Lookups = [(str(pk), name) for pk, name in rows]
        return [(SITE, _("No organization: the site")), *listed]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of that tenant; none if there is no such tenant."""
        value = self.value()
        if not value:
            return queryset
        if value == SITE:
            return queryset.filter(tenant_id=None)
        tenant = _uuid(value)
        return queryset.filter(tenant_id=tenant) if tenant else queryset.none()


class TimeFilter(admin.SimpleListFilter):
    """How far back. The id of an event carries its time, so this is a range of the key."""

    title = _("time")
    parameter_name = "since"
    spans: ClassVar[dict[str, tuple[Text, timedelta]]] = {
        "hour": (_("Last hour"), timedelta(hours=1)),
        "day": (_("Last day"), timedelta(days=1)),
        "week": (_("Last week"), timedelta(days=7)),
    }

    def lookups(self, _request: HttpRequest, _admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """Three spans; everything is Django's own "All"."""
        return [(name, text) for name, (text, _span) in self.spans.items()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The events whose id is not below that of the first moment."""
        if self.value() not in self.spans:
            return queryset
        first = timezone.now() - self.spans[str(self.value())][1]
        return queryset.filter(pk__gte=uuid7(first, bytes(RANDOM_BYTES)))


class StoryFilter(admin.SimpleListFilter):
    """All events of one story; shown only while a story is selected."""

    title = _("story")
    parameter_name = "story"

    def lookups(self, _request: HttpRequest, _admin: Any) -> Lookups:  # noqa: ANN401 (Django's signature)
        """The story at hand."""
        chosen = self.used_parameters.get(self.parameter_name)
        return [(str(chosen), _("This story"))] if chosen else []

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of that story; none if there is no such story."""
        if not self.value():
            return queryset
        story = _uuid(self.value())
        return queryset.filter(story=story) if story else queryset.none()


def _kept(changelist: Any, asked: set[str | None]) -> list[tuple[str, str]]:  # noqa: ANN401 (Django's ChangeList)
    """The filters of a list that its form does not ask for, and what was searched."""
    given = changelist.get_filters_params().items()
    kept = [(name, str(one)) for name, many in given if name not in asked for one in _flat(many)]
    return [*kept, ("q", changelist.query)] if changelist.query else kept


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _flat(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
