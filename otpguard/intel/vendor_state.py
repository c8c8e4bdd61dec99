"""How the vendors of facts about numbers are doing: a breaker and a budget for each, as rows.

Every worker sees the same. Both functions lock the vendor's row for a moment and commit, or join an
outer transaction; nothing is locked while a vendor is asked.
"""

from __future__ import annotations

from datetime import UTC, datetime

from otpguard.core.breaker import LONGEST_TRIAL, BreakerState, Health, Tried, after, is_paused
from otpguard.database import transaction
from otpguard.models import VendorState

_HEALTH = ("window_at", "state", "tries", "failures", "slow", "pauses", "paused_until")


def may_ask(name: str, *, per_day: int, now: datetime) -> bool:
    """Take one look-up from the budget of the day, unless that is used up or the vendor is paused.

    After a pause, one look-up is let through on trial. Raises the errors of the database.
    """
    today = now.astimezone(UTC).date()
    with transaction.atomic():
        row = _locked(name, now)
        health = _health(row)
        if is_paused(health, now):
            return False
        if row.day != today:
            row.day, row.asked = today, 0
        if row.asked >= per_day:
            return False
        row.asked += 1
        if health.state is not BreakerState.IN_USE:
            row.state, row.paused_until = BreakerState.ON_TRIAL.value, now + LONGEST_TRIAL
        row.save(update_fields=["day", "asked", "state", "paused_until"])
    return True


def note_result(name: str, *, failed: bool, fatal: bool, now: datetime) -> None:
    """Count one look-up for the breaker. Raises the errors of the database."""
    with transaction.atomic():
        row = _locked(name, now)
        then = after(_health(row), Tried(failed=failed, fatal=fatal), now)
        for field in _HEALTH:
            setattr(row, field, getattr(then, field))
        row.state = then.state.value
        row.save(update_fields=_HEALTH)


def _locked(name: str, now: datetime) -> VendorState:
    fresh = {"day": now.astimezone(UTC).date(), "window_at": now}
    row, _made = VendorState.objects.select_for_update().get_or_create(name=name, defaults=fresh)
    return row


def _health(row: VendorState) -> Health:
    values = {field: getattr(row, field) for field in _HEALTH}
    return Health(**{**values, "state": BreakerState(row.state)})
