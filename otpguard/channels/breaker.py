"""The breakers of all routes, as rows: one for each route and country, and one for all countries.

No state is kept in memory, so every worker sees the same; successes alone are counted there for a
second. When the rows cannot be read, the database
error propagates and nothing is sent: a breaker never falls open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F, Q

from otpguard.channels.tally import Tally
from otpguard.core.breaker import (
    LONGEST_REST,
    TRIAL,
    WINDOW,
    BreakerState,
    Health,
    Tried,
    after,
    closed,
    opened,
    rests,
    succeeded,
)
from otpguard.core.route import Resting
from otpguard.models import RouteHealth

EVERYWHERE = ""

successes = Tally()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One route to one country; "" for mail, which goes to none."""

    provider: str
    channel: str
    country: str = ""


class Change(StrEnum):
    """What an operator does to a breaker."""

    OPENED = "opened"
    CLOSED = "closed"


def resting(now: datetime) -> frozenset[Resting]:
    """Every route that may not be used now."""
    rows = RouteHealth.objects.exclude(state=RouteHealth.State.CLOSED)
    return frozenset(
        Resting(provider=row.provider, channel=row.channel, country=row.country)
        for row in rows
        if rests(_health(row), now)
    )


def admit(spot: Spot, now: datetime) -> bool:
    """True when a message may be sent here now; of all who ask for a trial, one is let through.

    Commits by itself. Whoever is let through reports by `note`; a trial of which nothing is heard
    is given to another after TRIAL.
    """
    rows = [
        row
        for row in RouteHealth.objects.filter(_here(spot))
        if row.state != RouteHealth.State.CLOSED
    ]
    if any(rests(_health(row), now) for row in rows):
        return False
    return all(_take_trial(row, now) for row in rows)


def note(
    spot: Spot, tried: Tried, *, now: datetime, reason: str = "", trial: bool = False
) -> list[RouteHealth]:
    """Count one try. Returns the breakers that changed their state by it, as they are now.

    A fatal failure opens the route to every country. `trial` says that the breaker was looked at
    and not closed when the message went out; a success of any other message decides nothing and
    may be kept back for a second. All else locks the rows; joins the caller's transaction, if there
    is one.
    """
    if not (tried.failed or tried.slow or trial):
        count = successes.add(spot, now)
        if count:
            _count(spot, count, now)
        return []
    kept = successes.take(spot, now)
    with transaction.atomic():
        changed = []
        for country in sorted({spot.country, EVERYWHERE}):
            row = _locked(spot, country, now)
            before = _health(row)
            if country == EVERYWHERE != spot.country:
                # It counts nothing: a country's trouble is its own.
                found = _everywhere(before, tried, now)
            else:
                found = after(succeeded(before, kept, now), tried, now)
            if found != before:
                _write(row, found, now, reason)
            if found.state is not before.state:
                changed.append(row)
    return changed


def set_by_hand(pk: int, *, to: Change, now: datetime, reason: str) -> RouteHealth | None:
    """Open one breaker for LONGEST_REST or close it, whatever it counted. None when it is so.

    Locks the row; joins the caller's transaction, if there is one.
    """
    with transaction.atomic():
        row = RouteHealth.objects.select_for_update().filter(pk=pk).first()
        if row is None or (to is Change.CLOSED) == (row.state == RouteHealth.State.CLOSED):
            return None
        if to is Change.CLOSED:
            found = closed(_health(row), now)
        else:
            found = replace(opened(_health(row), now), open_until=now + LONGEST_REST)
        _write(row, found, now, reason)
    return row


def _here(spot: Spot) -> Q:
    return Q(provider=spot.provider, channel=spot.channel, country__in={spot.country, EVERYWHERE})


def _take_trial(row: RouteHealth, now: datetime) -> bool:
    """Half-open it for this one message; False when another was quicker."""
    due = Q(state__in=[RouteHealth.State.OPEN, RouteHealth.State.HALF_OPEN], open_until__lte=now)
    return bool(
        RouteHealth.objects.filter(due, pk=row.pk).update(
            state=RouteHealth.State.HALF_OPEN, open_until=now + TRIAL, changed_at=now
        )
    )


def _count(spot: Spot, count: int, now: datetime) -> None:
    """Count successes: in one statement, unless a window begins."""
    counted = RouteHealth.objects.filter(
        provider=spot.provider,
        channel=spot.channel,
        country=spot.country,
        state=RouteHealth.State.CLOSED,
        window_at__gt=now - WINDOW,
    ).update(tries=F("tries") + count)
    if counted:
        return
    with transaction.atomic():
        row = _locked(spot, spot.country, now)
        before = _health(row)
        found = succeeded(before, count, now)
        if found != before:
            _write(row, found, now, "")


def _everywhere(before: Health, tried: Tried, now: datetime) -> Health:
    if before.state is BreakerState.CLOSED:
        return opened(before, now) if tried.fatal else before
    return after(before, tried, now)


def _locked(spot: Spot, country: str, now: datetime) -> RouteHealth:
    row, _ = RouteHealth.objects.get_or_create(
        provider=spot.provider,
        channel=spot.channel,
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
        openings=row.openings,
        open_until=row.open_until,
    )


def _write(row: RouteHealth, health: Health, now: datetime, reason: str) -> None:
    if health.state.value != row.state:
        row.changed_at = now
        row.reason = "" if health.state is BreakerState.CLOSED else reason[:120]
    row.state = health.state.value
    row.window_at, row.tries = health.window_at, health.tries
    row.failures, row.slow = health.failures, health.slow
    row.openings, row.open_until = min(health.openings, 32_767), health.open_until
    row.save()
