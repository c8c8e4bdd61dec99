"""Rows of long ago, and the moments around the term."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.flows.purge.terms import PurgeTerms, terms_of
from otpguard.models import Challenge, Delivery, Factor, Grant, Tenant, Usage
from tests import factories
from tests.models.rows import challenge, delivery

NOW = timezone.now()
DAY = timedelta(days=1)
TERMS: PurgeTerms = terms_of(NOW)
OLD = TERMS.rows - DAY
YOUNG = TERMS.rows + timedelta(hours=1)


def key(at: datetime) -> UUID:
    """A key of a row that was made then."""
    return uuid7(at, os.urandom(RANDOM_BYTES))


def phone() -> Factor:
    return factories.phone_factor(factories.user())


def ended(
    factor: Factor, *, at: datetime = OLD, state: str = "verified", **fields: Any
) -> Challenge:
    """A challenge that ended then, with nothing sent."""
    fields.setdefault("expires_at", at + timedelta(minutes=5))
    return challenge(factor, id=key(at), state=state, created_at=at, closed_at=at, **fields)


def sent(of: Challenge, **fields: Any) -> Delivery:
    """A message of that challenge, sent when it started, that cost something."""
    base: dict[str, Any] = {
        "tenant_id": of.tenant_id,
        "created_at": of.created_at,
        "sent_at": of.created_at,
        "state": "delivered",
        "country": "US",
        "cost_micros": 100,
    }
    return delivery(of, **{**base, **fields})


def whole(tenant: Tenant | None = None, *, at: datetime = OLD) -> Challenge:
    """An ended challenge with a message, a use of a cap and a proof."""
    factor = phone()
    made = ended(factor, at=at, tenant=tenant)
    sent(made)
    used(made, at=at)
    factories.grant(factor.user, tenant, challenge=made, id=key(at), verified_at=at)
    return made


def used(of: Challenge | None = None, *, at: datetime) -> Usage:
    """A use of a cap."""
    key = of.pk if of else uuid4()
    return Usage.objects.create(cap="session", key="sid", at=at, challenge=key)


def left() -> tuple[int, int, int, int]:
    """How many challenges, deliveries, uses and proofs there are."""
    kinds = (Challenge, Delivery, Usage, Grant)
    return tuple(kind.objects.count() for kind in kinds)


def utc(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)
