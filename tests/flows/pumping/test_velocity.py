"""The caps of new numbers, counted in the database."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from otpguard.core.limits import CapFull, CapName, Charged
from otpguard.core.phone import PhoneNumber
from otpguard.core.pumping.attempt import Attempt, SpendLane
from otpguard.database import transaction
from otpguard.flows.pumping.velocity import caps_of_attempt
from otpguard.limits.money import forget_histories
from otpguard.limits.sql import SqlLimiter
from otpguard.models import CapRaise, SpendWindow, Tenant, Usage
from otpguard.testing.racing import race
from tests import factories
from tests.flows.pumping.spending import CENT
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
CONFERENCE = "203.0.113.7"


def attempt(number: str = "+12015550123", **changed: Any) -> Attempt:
    known: dict[str, Any] = {
        "now": NOW,
        "source": "signup",
        "number": PhoneNumber(e164=number, region="US"),
        "phone_index": number,
        "lane": SpendLane.STRANGER,
        "browser": uuid4().hex,
        "client_ip": CONFERENCE,
        "is_strict": False,
    }
    return Attempt(**{**known, **changed})


def start(of: Attempt) -> Charged | CapFull:
    challenge = uuid4()
    caps = caps_of_attempt(of, challenge=challenge)
    with transaction.atomic():
        return SqlLimiter().consume(caps, challenge=challenge, now=of.now)


def raised(tenant: Tenant | None = None, **changed: Any) -> CapRaise:
    known: dict[str, Any] = {
        "row": "ip_hour",
        "limit": 100,
        "reason": "a conference",
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=1),
    }
    return CapRaise.objects.create(tenant=tenant, **{**known, **changed})


def limit(of: Attempt, name: CapName = CapName.IP) -> int:
    return {cap.name: cap.limit for cap in caps_of_attempt(of, challenge=uuid4())}[name]


@postgres_only
def test_of_sixty_four_at_once_exactly_as_many_pass_as_a_cap_of_a_hundred_has_room_for() -> None:
    raised(row="ip_hour", limit=100)
    raised(row="ip_day", limit=1_000)

    def twice() -> list[Charged | CapFull]:
        numbers = [f"+1{200 + uuid4().int % 700}{200 + uuid4().int % 700}0000" for _ in "ab"]
        return [start(attempt(number, phone_index=uuid4().hex)) for number in numbers]

    found = [one for each in race(twice, threads=64) for one in each]
    passed = [one for one in found if isinstance(one, Charged)]
    assert len(found) == 128
    full = Counter(one.cap for one in found if isinstance(one, CapFull))
    assert set(full) <= {CapName.IP, CapName.PREFIX}
    assert Usage.objects.filter(cap="ip").count() == len(passed) == 100


def test_a_conference_of_three_hundred_behind_one_address_gets_its_codes() -> None:
    """Six in seven finish, within thirty minutes. Without half a place back 234 got none."""
    refused = 0
    for person in range(300):
        moment, challenge = NOW + timedelta(seconds=6 * person), uuid4()
        of = attempt(now=moment, phone_index=str(person))
        shared = {CapName.IP, CapName.IP_DAY}
        caps = [cap for cap in caps_of_attempt(of, challenge=challenge) if cap.name in shared]
        with transaction.atomic():
            found = SqlLimiter().consume(caps, challenge=challenge, now=moment)
        refused += isinstance(found, CapFull)
        if person % 7 and isinstance(found, Charged):
            with transaction.atomic():
                SqlLimiter().refund(challenge, now=moment)
    assert refused == 0


def test_a_send_that_the_last_cap_refuses_leaves_all_others_as_they_are() -> None:
    for number in range(6):
        assert start(attempt(f"+120155500{number:02d}", client_ip=f"192.0.2.{number}")) == Charged()
    before = sorted(Usage.objects.values_list("cap", "key", "at"))
    refused = start(attempt("+12015550199", client_ip="192.0.2.99"))
    assert isinstance(refused, CapFull)
    assert refused.cap is CapName.PREFIX
    assert sorted(Usage.objects.values_list("cap", "key", "at")) == before


def test_a_raise_counts_while_it_runs() -> None:
    row = raised()
    assert limit(attempt()) == 100
    assert limit(attempt(now=row.expires_at)) == 10
    CapRaise.objects.update(ended_at=NOW)
    assert limit(attempt()) == 10


def test_a_raise_for_one_tenant_counts_in_no_other_and_one_for_the_site_in_all() -> None:
    mine, other = factories.tenant(), factories.tenant()
    raised(mine)
    assert limit(attempt(tenant=str(mine.pk))) == 100
    assert limit(attempt(tenant=str(other.pk))) == limit(attempt()) == 10
    raised(limit=50)
    assert limit(attempt(tenant=str(mine.pk))) == 100
    assert limit(attempt(tenant=str(other.pk))) == limit(attempt()) == 50


def test_the_ceiling_in_the_settings_beats_a_raise(settings: Any) -> None:
    raised(limit=150)
    assert limit(attempt()) == 150
    table = {"IP_HOUR": {"CEILING": 20}}
    settings.OTPGUARD = {**settings.OTPGUARD, "VELOCITY": table}
    assert limit(attempt()) == 20


def test_a_row_that_this_release_does_not_know_raises_nothing() -> None:
    raised(row="gone_by_now")
    assert limit(attempt()) == 10


def proven(scope: str, key: str, messages: int) -> None:
    """So many messages of a cent were proven on each of two days, ten days back."""
    today = int(NOW.timestamp()) // 86_400
    SpendWindow.objects.bulk_create(
        SpendWindow(scope=scope, key=key, hour=(today - day) * 24, verified_micros=messages * CENT)
        for day in (10, 11)
    )
    forget_histories()


def test_half_of_its_usual_day_widens_the_cap_of_a_prefix_but_for_strict_ones() -> None:
    proven("prefix", "+1201555", 40)
    assert limit(attempt(price_micros=CENT), CapName.PREFIX) == 20
    assert limit(attempt(price_micros=CENT, is_strict=True), CapName.PREFIX) == 4
    assert limit(attempt("+12125550123", price_micros=CENT), CapName.PREFIX) == 6


def test_three_times_its_usual_day_widens_the_cap_of_a_tenants_strangers() -> None:
    tenant = str(factories.tenant().pk)
    usual = limit(attempt(tenant=tenant, price_micros=CENT), CapName.STRANGERS)
    proven("tenant", tenant, 160)
    widened = limit(attempt(tenant=tenant, price_micros=CENT), CapName.STRANGERS)
    assert (usual, widened) == (200 // 16, 480 // 16), "counted in sixteen shards"


def test_a_habit_is_read_once_a_day(django_assert_num_queries: Any) -> None:
    proven("prefix", "+1201555", 40)
    limit(attempt(price_micros=CENT), CapName.PREFIX)
    with django_assert_num_queries(1):
        caps_of_attempt(attempt(price_micros=CENT), challenge=uuid4())
