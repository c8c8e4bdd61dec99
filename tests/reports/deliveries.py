"""Deliveries that were paid for."""

from __future__ import annotations

from datetime import UTC, datetime

from otpguard.models import Delivery, Tenant
from tests.flows.setting import stopped


def delivered(
    tenant: Tenant | None, micros: int, day: int = 15, *, month: int = 3, **changed: object
) -> Delivery:
    """A delivery of a challenge of its own, that left on a day of 2026."""
    challenge = stopped().start()
    Delivery.objects.filter(challenge=challenge).delete()
    at = datetime(2026, month, day, tzinfo=UTC)
    base = {"channel": "sms", "provider": "p", "state": "sent", "sent_at": at, "created_at": at}
    return Delivery.objects.create(
        challenge=challenge, tenant=tenant, step=0, cost_micros=micros, **{**base, **changed}
    )
