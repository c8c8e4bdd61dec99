"""Where data must lie: tenants that the storage does not suit, streams that lead elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.advice import Findings, error, ok
from otpguard.core.route import admits, demanded_regions
from otpguard.exceptions import InvalidInput
from otpguard.models import LogStream, Tenant

TOPIC = "residency"
MOST = 5
"""So many are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misplaced:
    """A tenant whose tags demand other regions than the one where its data lies or goes."""

    tenant: str
    demanded: tuple[str, ...]
    lies_in: str


def check_storage(tags: Iterable[object], region: str) -> None:
    """Let a tenant pass whose data may lie in STORAGE_REGION, or any where that is not set.

    Raises InvalidInput (`tags`).
    """
    here = settings().storage_region
    demanded = sorted(demanded_regions(frozenset(map(str, tags)), region))
    if here and not admits(demanded, here):
        text = _("This installation keeps its data in %(here)s. Demanded: %(regions)s.")
        said = str(text % {"here": here, "regions": ", ".join(demanded)})
        raise InvalidInput("tags", said)


def misplaced_tenants() -> list[Misplaced]:
    """The tenants whose data the storage must not hold, and those whose own streams lead
    elsewhere; a stream of the site leaves their events out. Reads every tenant that has tags."""
    streams = list(LogStream.objects.order_by("created_at"))
    here = settings().storage_region
    return [
        found
        for tenant in Tenant.objects.exclude(tags=[]).order_by("slug")
        for found in _of(tenant, here, streams)
    ]


def on_residency(found: Iterable[Misplaced]) -> Findings:
    """What the doctor says of them."""
    rows = list(found)
    if not rows:
        here = settings().storage_region
        return ok(TOPIC, f"All data lies in {here}, as is demanded.") if here else ()
    named = [f"{row.tenant} ({', '.join(row.demanded)}): {row.lies_in}" for row in rows[:MOST]]
    more = f" and {len(rows) - MOST} more" if len(rows) > MOST else ""
    return error(TOPIC, f"Data lies where it must not: {'; '.join(named)}{more}.")


def _of(tenant: Tenant, here: str, streams: Iterable[LogStream]) -> Iterator[Misplaced]:
    demanded = tuple(sorted(demanded_regions(frozenset(map(str, tenant.tags)), tenant.region)))
    if here and not admits(demanded, here):
        yield Misplaced(tenant=tenant.slug, demanded=demanded, lies_in=f"the storage in {here}")
    for stream in streams:
        if stream.tenant_id == tenant.pk and not admits(demanded, stream.region):
            where = stream.region or "no stated region"
            lies_in = f'the stream "{stream.name}" in {where}'
            yield Misplaced(tenant=tenant.slug, demanded=demanded, lies_in=lies_in)
