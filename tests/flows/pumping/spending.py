"""The setting of the money tests: strangers who ask for messages of a given price."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.utils import timezone

from otpguard.core.phone import parse_phone
from otpguard.core.pumping.attempt import Attempt, SpendLane
from otpguard.database import transaction
from otpguard.exceptions import StartRefused
from otpguard.flows.pumping.money.charge_money import charge_first_spend
from otpguard.models import SpendWindow

CENT = 10_000


def attempt(number: str = "+12015550123", **changed: Any) -> Attempt:
    """A stranger of the site asks for a message that costs a cent."""
    base = Attempt(
        now=timezone.now(),
        source="signup",
        number=parse_phone(number, region="US"),
        phone_index="n",
        lane=SpendLane.STRANGER,
        client_ip="192.0.2.1",
        channel="sms",
        price_micros=CENT,
        is_strict=False,
    )
    return replace(base, **changed)


def charge(wanted: Attempt, challenge: Any = None, *, only_reserve: bool = False) -> str:
    """Charge one in its own transaction; the reason of the signal, "" if it may be paid for."""
    try:
        with transaction.atomic():
            charge_first_spend(wanted, challenge=challenge or uuid4(), only_reserve=only_reserve)
    except StartRefused as refusal:
        return refusal.signal.reason if refusal.signal else "no signal"
    return ""


def spent(scope: str = "country", column: str = "all_micros") -> int:
    """What the counters of a scope have together."""
    return sum(SpendWindow.objects.filter(scope=scope).values_list(column, flat=True))


def number(index: int) -> str:
    """One of many numbers, each in an exchange of its own."""
    return f"+1201{555 + index:03d}0123"
