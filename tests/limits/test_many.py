"""Many charges at once are what charging them one after another comes to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.core.limits import Cap, CapFull, CapName, Charged
from otpguard.exceptions import StoreUnavailable
from otpguard.limits.many import Charge, consume_many
from otpguard.limits.sql import SqlLimiter
from otpguard.models import Usage
from otpguard.testing.racing import race
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def tenant(key: str, limit: int) -> Cap:
    return Cap(name=CapName.TENANT, key=key, limit=limit, window=HOUR)


def site(limit: int) -> Cap:
    return Cap(name=CapName.SITE, key="", limit=limit, window=HOUR)


def charge(*caps: Cap) -> Charge:
    return Charge(challenge=uuid4(), caps=caps)


def together(charges: Sequence[Charge], now: datetime) -> list[Charged | CapFull]:
    with transaction.atomic():
        return consume_many(charges, now=now)


def in_turn(charges: Sequence[Charge], now: datetime) -> list[Charged | CapFull]:
    counting = SqlLimiter()
    with transaction.atomic():
        return [counting.consume(each.caps, challenge=each.challenge, now=now) for each in charges]


def used() -> list[tuple[str, str, UUID]]:
    return sorted(Usage.objects.values_list("cap", "key", "challenge"))


@pytest.mark.parametrize("seed", range(12))
def test_together_and_in_turn_come_to_the_same(now: datetime, seed: int) -> None:
    random = Random(seed)
    limits = {key: random.choice([0, 1, 3, 8, 1000]) for key in "abc"}
    whole = random.choice([2, 5, 12, 1000])
    for _ in range(random.randrange(12)):
        ago = timedelta(minutes=random.randrange(90))
        one = random.choice([("tenant", random.choice("abc")), ("site", "")])
        Usage.objects.create(cap=one[0], key=one[1], at=now - ago, challenge=uuid4())
    before = list(Usage.objects.values("cap", "key", "at", "challenge"))
    charges = [
        charge(*random.choice([(tenant(key, limits[key]), site(whole)), (site(whole),), ()]))
        for key in random.choices("abc", k=12)
    ]
    found, after = together(charges, now), used()
    Usage.objects.all().delete()
    Usage.objects.bulk_create(Usage(**row) for row in before)
    assert (found, after) == (in_turn(charges, now), used())


def test_nothing_at_all_is_charged_without_a_cap(now: datetime) -> None:
    assert together([], now) == []
    assert together([charge(), charge()], now) == [Charged(), Charged()]
    assert used() == []


@postgres_only
def test_at_once_they_never_take_more_than_there_is_room_for(now: datetime) -> None:
    caps = (tenant("a", 25), site(1000))
    found = race(lambda: together([charge(*caps) for _ in range(4)], now), threads=8)
    assert sum(isinstance(one, Charged) for each in found for one in each) == 25
    assert Usage.objects.filter(cap="tenant").count() == 25
    assert Usage.objects.filter(cap="site").count() == 25


@postgres_only
def test_a_hundred_of_many_tenants_take_three_statements(now: datetime) -> None:
    charges = [charge(tenant(str(number % 7), 1000), site(1000)) for number in range(100)]
    with transaction.atomic(), CaptureQueriesContext(connection) as seen:
        consume_many(charges, now=now)
    assert len(seen) == 3


def test_without_the_store_nothing_passes(now: datetime) -> None:
    def away(execute: Any, sql: str, *rest: Any) -> Any:
        if "otpguard_usage" in sql:
            raise OperationalError("away")
        return execute(sql, *rest)

    with connection.execute_wrapper(away), pytest.raises(StoreUnavailable):
        together([charge(tenant("a", 5))], now)
    assert used() == []


class Stricter(SqlLimiter):
    """A limiter of the host's that lets one in two through."""

    def consume(self, caps: Sequence[Cap], *, challenge: UUID, now: datetime) -> Charged | CapFull:
        if challenge.int % 2:
            return CapFull(cap=caps[0].name, retry_after=HOUR)
        return super().consume(caps, challenge=challenge, now=now)


def test_a_limiter_of_the_hosts_is_asked_about_each(settings: Any, now: datetime) -> None:
    settings.OTPGUARD = {"LIMITER": {"BACKEND": f"{__name__}.Stricter"}}
    charges = [
        Charge(challenge=UUID(int=number), caps=(tenant("a", 1000),)) for number in range(1, 7)
    ]
    found = together(charges, now)
    assert [isinstance(each, Charged) for each in found] == [False, True] * 3
    assert len(used()) == 3
