"""How the streams go: what the doctor says of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count

from otpguard.core.advice import Finding, error, ok, warning
from otpguard.core.siem.datadog import OLDEST_HOURS
from otpguard.core.siem.sinks import Sink
from otpguard.flows.siem.trouble import TOLD_AFTER
from otpguard.models import DeadLetter, LogStream, Tenant

TOPIC = "event streams"
MOST = 5
"""So many are named."""
STUCK = timedelta(minutes=5)


def on_streams(*, now: datetime) -> Iterator[Finding]:
    """Failing, stuck and paused streams, refused events, and tenants that a stream of the site
    leaves out. Nothing where there are no streams. Reads only; raises DatabaseError."""
    rows = list(LogStream.objects.select_related("tenant"))
    if not rows:
        return
    findings = [*_failing(rows, now), *_still(rows, now), *_left_out(rows), *_refused()]
    yield from findings or ok(TOPIC, f"{len(rows)} of them send.")


def _failing(rows: list[LogStream], now: datetime) -> Iterator[Finding]:
    for row in rows:
        since = row.failing_since
        if row.state != LogStream.State.ACTIVE or since is None or now - since < TOLD_AFTER:
            continue
        hours = (now - since) / timedelta(hours=1)
        text = f"{_named(row)} has not arrived for {hours:.1f} hours: {row.trouble}."
        if row.sink == Sink.DATADOG and hours > OLDEST_HOURS:
            text += f" Datadog drops what is older than {OLDEST_HOURS} hours and does not say so."
        yield from error(TOPIC, text)


def _still(rows: list[LogStream], now: datetime) -> Iterator[Finding]:
    paused = [_named(row) for row in rows if row.state == LogStream.State.PAUSED]
    if paused:
        yield from warning(TOPIC, f"Paused: {', '.join(paused[:MOST])}.")
    stuck = [
        _named(row)
        for row in rows
        if row.state == LogStream.State.ACTIVE and now - row.next_at > STUCK
    ]
    if stuck:
        text = f"No worker has taken these up: {', '.join(stuck[:MOST])}. Is one running?"
        yield from error(TOPIC, text)


def _left_out(rows: list[LogStream]) -> Iterator[Finding]:
    for row in rows:
        if row.tenant_id is None and (count := len(Tenant.objects.kept_away(row.region))):
            where = row.region or "no stated region"
            text = f"{_named(row)} in {where} leaves out {count} organizations: residency."
            yield from warning(TOPIC, text)


def _refused() -> Iterator[Finding]:
    letters = DeadLetter.objects.order_by().values("stream__name").annotate(count=Count("pk"))
    for name, count in letters.order_by("-count").values_list("stream__name", "count")[:MOST]:
        yield from warning(TOPIC, f'The receiver of "{name}" has refused {count} events.')


def _named(row: LogStream) -> str:
    return f'"{row.name}" of {row.tenant.slug if row.tenant else "the site"}'
