"""What messages cost in a month: by tenant, by channel, by provider."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar
from uuid import UUID

from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Q, Sum

from otpguard.core.challenge import DeliveryState
from otpguard.core.money import month_of
from otpguard.exceptions import StoreUnavailable
from otpguard.models import DailyTotal, Delivery, Tenant

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
class CostShare:
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

    def by_tenant(self) -> dict[tuple[str, str], CostShare]:
        """Of each tenant, by its id and name, the dearest first."""
        return _shares(((line.tenant, line.name), line) for line in self.lines)

    def by_channel(self) -> dict[str, CostShare]:
        """Of each channel, the dearest first."""
        return _shares((line.channel, line) for line in self.lines)

    def by_provider(self) -> dict[str, CostShare]:
        """Of each provider, the dearest first."""
        return _shares((line.provider, line) for line in self.lines)


def costs(*, month: date, tenant: Tenant | None = None) -> Costs:
    """The month (UTC) in which `month` lies, of one tenant or, without one, of all.

    The deliveries that are still there and the daily totals of the purged ones, read at once: a
    purge changes nothing. Two statements, however many tenants and messages there are. The caller
    has decided that the reader may see them. Raises StoreUnavailable.
    """
    first, following = month_of(month)
    try:
        found = _shares(_rows(first, following, tenant))
        names = _names({key[0] for key in found if key[0]})
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the costs cannot be read") from error
    lines = [
        Line(
            tenant=str(tenant_id or ""),
            name=names.get(tenant_id, "") if tenant_id else "",
            channel=channel,
            provider=provider,
            messages=share.messages,
            micros=share.micros,
        )
        for (tenant_id, channel, provider), share in found.items()
    ]
    lines.sort(key=lambda line: (line.name, line.tenant, line.channel, line.provider))
    return Costs(month=first, lines=tuple(lines))


def _rows(
    first: date, following: date, tenant: Tenant | None
) -> Iterator[tuple[tuple[UUID | None, str, str], CostShare]]:
    """Deliveries and totals in one statement: between two, a purge could move rows unseen."""
    whose = Q() if tenant is None else Q(tenant=tenant)
    sent = Delivery.objects.filter(
        _LEFT | Q(cost_micros__gt=0),
        whose,
        created_at__gte=_at(first),
        created_at__lt=_at(following),
    )
    purged = DailyTotal.objects.filter(whose, messages__gt=0, day__gte=first, day__lt=following)
    alike = ("tenant_id", "channel", "provider")
    both = (
        sent.order_by()
        .values_list(*alike)
        .annotate(number=Count("pk"), micros=Sum("cost_micros"))
        .union(
            purged.order_by()
            .values_list(*alike)
            .annotate(number=Sum("messages"), micros=Sum("cost_micros")),
            all=True,
        )
        .order_by()  # Django 6 would put the model's own order on the whole
    )
    for tenant_id, channel, provider, number, micros in both:
        yield (tenant_id, channel, provider), CostShare(int(number), int(micros))


def read_month(text: str) -> date:
    """The first day of a month written as YYYY-MM. Raises ValueError for anything else."""
    try:
        if _MONTH.fullmatch(text):
            return date.fromisoformat(f"{text}-01")
    except ValueError:
        pass
    raise ValueError("a month is written YYYY-MM")


def _shares(keyed: Iterable[tuple[K, Line | CostShare]]) -> dict[K, CostShare]:
    found: dict[K, CostShare] = {}
    for key, share in keyed:
        so_far = found.get(key, CostShare())
        found[key] = CostShare(so_far.messages + share.messages, so_far.micros + share.micros)
    return dict(sorted(found.items(), key=lambda item: -item[1].micros))


def _names(tenants: set[UUID]) -> dict[UUID, str]:
    return dict(Tenant.objects.filter(pk__in=tenants).order_by().values_list("pk", "name"))


def _at(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
