"""Which channels are off for a number because its holder stopped them.

Read for each plan and before each message. A number is found by its blind index, under the current
key and the one that is being retired.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from otpguard import vault
from otpguard.core.assurance import Channel
from otpguard.models import Factor, OptOut


def known_of(number: str) -> QuerySet[OptOut]:
    """Every opt-out of a number (E.164) that was not ended, in every place."""
    return OptOut.objects.filter(_about(vault.blind_indexes(number)), ended_at=None)


def stopped_channels(number: str, *, tenant: str, now: datetime) -> frozenset[Channel]:
    """The channels that are off for a number in a tenant ("" for the site)."""
    rows = known_of(number).filter(_here(tenant), _running(now))
    found = rows.order_by().values_list("channel", flat=True)
    return frozenset(Channel(each) for each in found if each in set(Channel))


def every_of_factor(factor: Factor, *, now: datetime) -> tuple[OptOut, ...]:
    """What is off for a factor's number, in every place; for operators of the site."""
    indexes = {factor.phone_index, factor.phone_index_old} - {""}
    if not indexes:
        return ()
    rows = OptOut.objects.filter(_about(indexes), _running(now), ended_at=None)
    return tuple(rows.select_related("tenant").order_by("at"))


def stopped_by_factor(
    factors: Iterable[Factor], *, tenant: str, now: datetime
) -> Mapping[UUID, tuple[OptOut, ...]]:
    """What is off in a tenant for each of some factors that have a number, by the factor's id."""
    indexes = {row.pk: {row.phone_index, row.phone_index_old} - {""} for row in factors}
    every = set[str]().union(*indexes.values())
    if not every:
        return {}
    rows = list(
        OptOut.objects.filter(_about(every), _here(tenant), _running(now), ended_at=None).order_by(
            "at"
        )
    )
    return {
        pk: tuple(row for row in rows if mine & {row.phone_index, row.phone_index_old})
        for pk, mine in indexes.items()
    }


def _about(indexes: Iterable[str]) -> Q:
    known = tuple(indexes)
    return Q(phone_index__in=known) | Q(phone_index_old__in=known)


def _here(tenant: str) -> Q:
    return Q(tenant=None) | Q(tenant_id=tenant) if tenant else Q(tenant=None)


def _running(now: datetime) -> Q:
    return Q(until=None) | Q(until__gt=now)
