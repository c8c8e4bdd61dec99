"""The breakers of all routes, as rows: one for each route and country, and one for all countries.

No state is kept in memory, so every worker sees the same; successes alone are counted there for a
second. When the rows cannot be read, the database error propagates and nothing is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db.models import F, Q

from otpguard.channels.success_counter import SuccessCounter
from otpguard.core.breaker import (
    LONGEST_PAUSE,
    LONGEST_TRIAL,
    WINDOW,
    BreakerState,
    Health,
    Tried,
    after,
    is_paused,
    paused,
    resumed,
    succeeded,
)
from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.route import PausedRoute
from otpguard.database import transaction
from otpguard.models import RouteHealth
from otpguard.models.fields import REASON_LENGTH

EVERYWHERE = ""

successes = SuccessCounter()


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteKey:
    """One route to one country; "" for e-mail, which goes to none."""

    provider: str
    channel: str
    country: str = ""


class Change(StrEnum):
    """What an operator does to a route."""

    PAUSED = "paused"
    RESUMED = "resumed"


def paused_routes(now: datetime) -> frozenset[PausedRoute]:
    """Every route that may not be used now."""
    rows = RouteHealth.objects.exclude(state=RouteHealth.State.IN_USE)
    return frozenset(
        PausedRoute(provider=row.provider, channel=row.channel, country=row.country)
        for row in rows
        if is_paused(_health(row), now)
    )


def admit(route_key: RouteKey, now: datetime) -> bool:
    """True if a message may be sent here now; of all who ask for a trial, one is let through.

    Commits by itself. The caller that is let through must call `count_try`; a trial without
    a result is given to another after LONGEST_TRIAL.
    """
    rows = [
        row
        for row in RouteHealth.objects.filter(_here(route_key))
        if row.state != RouteHealth.State.IN_USE
    ]
    if any(is_paused(_health(row), now) for row in rows):
        return False
    return all(_take_trial(row, now) for row in rows)


def count_try(
    route_key: RouteKey, tried: Tried, *, now: datetime, reason: str = "", trial: bool = False
) -> list[RouteHealth]:
    """Count one try. Returns the breakers that changed their state by it, as they are now.

    A fatal failure pauses the route to every country, unless it is of one country. `trial` says
    that the breaker was looked at and the route not in use when the message went out; a success of
    any other message decides nothing and may be kept back for a second. All else locks the rows;
    joins the caller's transaction, if there is one.
    """
    if not (tried.failed or tried.slow or trial):
        count = successes.add(route_key, now)
        if count:
            _count(route_key, count, now)
        return []
    kept = successes.drain(route_key, now)
    with transaction.atomic():
        changed = []
        for country in sorted({route_key.country, EVERYWHERE}):
            row = _locked(route_key, country, now)
            before = _health(row)
            if country == EVERYWHERE != route_key.country:
                # It counts nothing: the trouble of one country stays there.
                found = _everywhere(before, tried, now)
            else:
                found = after(succeeded(before, kept, now), tried, now)
            if found != before:
                _write(row, found, now, reason)
            if found.state is not before.state:
                changed.append(row)
    return changed


def set_by_hand(pk: int, *, to: Change, now: datetime, reason: str) -> RouteHealth | None:
    """Pause one route for LONGEST_PAUSE or resume it, whatever it counted and whatever its vendor
    asked for. None if it is so already.

    Locks the row; joins the caller's transaction, if there is one.
    """
    with transaction.atomic():
        row = RouteHealth.objects.select_for_update().filter(pk=pk).first()
        if row is None:
            return None
        free = row.state == RouteHealth.State.IN_USE
        if to is Change.RESUMED and row.wait_until is not None:
            free, row.wait_until = False, None
        if (to is Change.RESUMED) == free:
            return None
        if to is Change.RESUMED:
            found = resumed(_health(row), now)
        else:
            found = replace(paused(_health(row), now), paused_until=now + LONGEST_PAUSE)
        _write(row, found, now, reason)
    return row


def _here(route_key: RouteKey) -> Q:
    return Q(
        provider=route_key.provider,
        channel=route_key.channel,
        country__in={route_key.country, EVERYWHERE},
    )


def _take_trial(row: RouteHealth, now: datetime) -> bool:
    """Put the route on trial by this one message; False when another was quicker."""
    over = Q(paused_until__lte=now) | Q(paused_until__gt=now + LONGEST_PAUSE + CLOCK_SKEW)
    due = Q(over, state__in=[RouteHealth.State.PAUSED, RouteHealth.State.ON_TRIAL])
    return bool(
        RouteHealth.objects.filter(due, pk=row.pk).update(
            state=RouteHealth.State.ON_TRIAL, paused_until=now + LONGEST_TRIAL, changed_at=now
        )
    )


def _count(route_key: RouteKey, count: int, now: datetime) -> None:
    """Count successes: in one statement, unless a window begins."""
    counted = RouteHealth.objects.filter(
        provider=route_key.provider,
        channel=route_key.channel,
        country=route_key.country,
        state=RouteHealth.State.IN_USE,
        window_at__gt=now - WINDOW,
        window_at__lte=now + CLOCK_SKEW,
    ).update(tries=F("tries") + count)
    if counted:
        return
    with transaction.atomic():
        row = _locked(route_key, route_key.country, now)
        before = _health(row)
        found = succeeded(before, count, now)
        if found != before:
            _write(row, found, now, "")


def _everywhere(before: Health, tried: Tried, now: datetime) -> Health:
    if before.state is BreakerState.IN_USE:
        return paused(before, now) if tried.fatal and tried.everywhere else before
    return after(before, tried if tried.everywhere else Tried(), now)


def _locked(route_key: RouteKey, country: str, now: datetime) -> RouteHealth:
    row, _ = RouteHealth.objects.get_or_create(
        provider=route_key.provider,
        channel=route_key.channel,
        country=country,
        defaults={"window_at": now, "changed_at": now},
    )
    return RouteHealth.objects.select_for_update().get(pk=row.pk)


def _health(row: RouteHealth) -> Health:
    return Health(
        state=BreakerState(row.state),
        window_at=row.window_at,
        tries=row.tries,
        failures=row.failures,
        slow=row.slow,
        pauses=row.pauses,
        paused_until=row.paused_until,
    )


def _write(row: RouteHealth, health: Health, now: datetime, reason: str) -> None:
    if health.state.value != row.state:
        row.changed_at = now
        row.reason = "" if health.state is BreakerState.IN_USE else reason[:REASON_LENGTH]
    row.state = health.state.value
    row.window_at, row.tries = health.window_at, health.tries
    row.failures, row.slow = health.failures, health.slow
    row.pauses, row.paused_until = min(health.pauses, 32_767), health.paused_until
    row.save()
