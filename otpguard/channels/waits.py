"""Until when vendors asked us to wait, as rows: one for each route and country.

A wait is not a pause: no failure says that the route is bad, and when the wait ends, all messages
may go out again, without a trial. When the rows cannot be read, the database error propagates and
nothing is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Q

from otpguard.channels.breaker import EVERYWHERE, RouteKey
from otpguard.core.clock import CLOCK_SKEW, is_running
from otpguard.core.outcome import FailureScope, Unavailable
from otpguard.core.route import PausedRoute
from otpguard.models import RouteHealth
from otpguard.transport.retry_after import LONGEST_WAIT


def keep_wait(route_key: RouteKey, outcome: Unavailable, *, now: datetime) -> datetime | None:
    """Keep the wait that a vendor asked for. Returns its end, or None if it asked for no wait.

    It applies to every country, unless it concerns one country or sender: then to this country.
    A wait that concerns a single number applies to no route. A shorter wait never replaces a
    longer one. Commits by itself.
    """
    if not outcome.retry_after or outcome.scope is FailureScope.NUMBER:
        return None
    until = now + min(timedelta(seconds=outcome.retry_after), LONGEST_WAIT)
    country = EVERYWHERE if outcome.scope is FailureScope.ACCOUNT else route_key.country
    row, _ = RouteHealth.objects.get_or_create(
        provider=route_key.provider,
        channel=route_key.channel,
        country=country,
        defaults={"window_at": now, "changed_at": now},
    )
    replaced = Q(wait_until=None) | Q(wait_until__lt=until) | Q(wait_until__gt=_ahead(now))
    RouteHealth.objects.filter(replaced, pk=row.pk).update(wait_until=until)
    return until


def waiting_routes(now: datetime) -> Mapping[PausedRoute, timedelta]:
    """Every route whose vendor asked us to wait, with how long it still is."""
    rows = RouteHealth.objects.filter(wait_until__gt=now, wait_until__lte=_ahead(now))
    return {
        PausedRoute(provider=row.provider, channel=row.channel, country=row.country): row.wait_until
        - now
        for row in rows
        if row.wait_until is not None
    }


def wait_until(route_key: RouteKey, now: datetime) -> datetime | None:
    """When a message may be sent here; None means now. Forgets waits that have ended."""
    rows = RouteHealth.objects.filter(
        provider=route_key.provider,
        channel=route_key.channel,
        country__in={route_key.country, EVERYWHERE},
    ).exclude(wait_until=None)
    latest = None
    for row in rows:
        if not is_running(row.wait_until, now, LONGEST_WAIT):
            RouteHealth.objects.filter(pk=row.pk, wait_until=row.wait_until).update(wait_until=None)
        elif latest is None or (row.wait_until is not None and row.wait_until > latest):
            latest = row.wait_until
    return latest


def _ahead(now: datetime) -> datetime:
    """The latest end that a correct clock can have written."""
    return now + LONGEST_WAIT + CLOCK_SKEW
