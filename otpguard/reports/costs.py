"""What messages cost in a month: by tenant, by channel, by provider."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar
from uuid import UUID

from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Q, Sum

from otpguard.core.challenge import DeliveryState
from otpguard.core.money import month_of
from otpguard.exceptions import StoreUnavailable
from otpguard.models import Delivery, Tenant

K = TypeVar("K")

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")

_LEFT = Q(sent_at__isnull=False) | Q(
    state__in=[DeliveryState.SENT.value, DeliveryState.DELIVERED.value]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The messages of one tenant over one route in one month; `micros` are micro-dollars.

    `tenant` is empty for codes outside any tenant, such as those of a sign-up.
    """

    tenant: str
    name: str
    channel: str
    provider: str
    messages: int
    micros: int


@dataclass(frozen=True, slots=True)
class Share:
    """So many messages for so many micro-dollars."""

    messages: int = 0
    micros: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """One month's lines, ordered by tenant, channel and provider."""

    month: date
    lines: tuple[Line, ...] = ()

    @property
    def messages(self) -> int:
        """How many messages left."""
        return sum(line.messages for line in self.lines)

    @property
    def micros(self) -> int:
        """What they cost together, in micro-dollars."""
        return sum(line.micros for line in self.lines)

    def by_tenant(self) -> dict[tuple[str, str], Share]:
        """Of each tenant, by its id and name, the dearest first."""
        return _shares(((line.tenant, line.name), line) for line in self.lines)

    def by_channel(self) -> dict[str, Share]:
        """Of each channel, the dearest first."""
        return _shares((line.channel, line) for line in self.lines)

    def by_provider(self) -> dict[str, Share]:
        """Of each provider, the dearest first."""
        return _shares((line.provider, line) for line in self.lines)


def costs(*, month: date, tenant: Tenant | None = None) -> Costs:
    """The month (UTC) in which `month` lies, of one tenant or, without one, of all.

    Two statements, however many tenants and messages there are. The caller has decided that the
    reader may see them. Raises StoreUnavailable.
    """
    first, following = month_of(month)
    rows = Delivery.objects.filter(
        _LEFT | Q(cost_micros__gt=0), created_at__gte=_at(first), created_at__lt=_at(following)
    )
    if tenant is not None:
        rows = rows.filter(tenant=tenant)
    grouped = (
        rows.order_by()
        .values_list("tenant_id", "channel", "provider")
        .annotate(messages=Count("pk"), micros=Sum("cost_micros"))
    )
    try:
        found = list(grouped)
        names = _names({row[0] for row in found if row[0]})
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the costs cannot be read") from error
    lines = [
        Line(
            tenant=str(tenant_id or ""),
            name=names.get(tenant_id, ""),
            channel=channel,
            provider=provider,
            messages=messages,
            micros=micros,
        )
        for tenant_id, channel, provider, messages, micros in found
    ]
    lines.sort(key=lambda line: (line.name, line.tenant, line.channel, line.provider))
    return Costs(month=first, lines=tuple(lines))


def read_month(text: str) -> date:
    """The first day of a month written as YYYY-MM. Raises ValueError for anything else."""
    try:
        if _MONTH.fullmatch(text):
            return date.fromisoformat(f"{text}-01")
    except ValueError:
        pass
    raise ValueError("a month is written YYYY-MM")


def _shares(keyed: Iterable[tuple[K, Line]]) -> dict[K, Share]:
    found: dict[K, Share] = {}
    for key, line in keyed:
        so_far = found.get(key, Share())
        found[key] = Share(so_far.messages + line.messages, so_far.micros + line.micros)
    return dict(sorted(found.items(), key=lambda item: -item[1].micros))


def _names(tenants: set[UUID]) -> dict[UUID, str]:
    return dict(Tenant.objects.filter(pk__in=tenants).order_by().values_list("pk", "name"))


def _at(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
