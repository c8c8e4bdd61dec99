"""Learning from challenges: once each, a number once a day, and what came late is turned around."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.core.pumping.conversion import ConversionTest
from otpguard.flows.pumping import learn
from otpguard.flows.pumping.learn import learn_outcomes
from otpguard.models import (
    Challenge,
    Delivery,
    Event,
    NumberOutcome,
    PrefixStatistic,
    PumpingMark,
)
from otpguard.vault import blind_indexes
from tests import factories
from tests.flows.number.visitor import visitor
from tests.flows.pumping.outcomes import (
    GRACE,
    blocked,
    learned,
    number,
    pumped,
    statistic,
    tried,
    verified,
)
from tests.growth import multiply
from tests.models.rows import challenge, delivery, postgres_only
from tests.store_down import read_only_store

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()
TEST = ConversionTest()
SHORT, MIDDLE, LONG = "+92300", "+9230012", "+923001234"


def test_a_number_without_a_code_is_a_failure_of_its_prefixes_and_country() -> None:
    tried(number(1), NOW)
    learned(NOW)
    for key in (SHORT, MIDDLE, LONG, "PK"):
        row = statistic(key)
        assert row.total == pytest.approx(TEST.failure)
        assert (row.sends, row.tried, row.verified) == (1, 1, 0)
        assert row.country == "PK"
    assert statistic("PK").lane == "stranger"
    assert statistic(LONG).lane == ""


def test_a_verified_number_is_a_success() -> None:
    verified(number(1), NOW)
    learned(NOW)
    row = statistic(LONG)
    assert (row.total, row.tried, row.verified) == (0, 1, 1)


def test_nothing_is_counted_before_the_grace_has_passed() -> None:
    tried(number(1), NOW)
    assert learn_outcomes(now=NOW + GRACE - timedelta(seconds=1)) == 0
    assert not PrefixStatistic.objects.exists()
    assert learn_outcomes(now=NOW + GRACE) == 1


def test_nothing_is_counted_twice() -> None:
    tried(number(1), NOW)
    learned(NOW)
    learned(NOW + timedelta(hours=1))
    assert statistic(LONG).tried == pytest.approx(1, rel=0.01)


def test_three_tries_of_a_number_in_a_day_are_one_failure() -> None:
    for minutes in (0, 10, 60 * 23):
        tried(number(1), NOW + timedelta(minutes=minutes))
    learned(NOW + timedelta(days=1))
    assert statistic(LONG).tried == 1
    tried(number(1), NOW + timedelta(days=1))
    learned(NOW + timedelta(days=1))
    assert statistic(LONG).tried == pytest.approx(2, rel=0.05)


def test_a_code_on_the_second_try_turns_the_failure_around() -> None:
    tried(number(1), NOW)
    learned(NOW)
    verified(number(1), NOW + timedelta(minutes=5))
    learned(NOW + timedelta(minutes=5))
    row = statistic(LONG)
    assert row.total == 0
    assert (row.tried, row.verified) == pytest.approx((1, 1), rel=0.01)


def test_a_code_that_comes_after_the_grace_turns_the_failure_around() -> None:
    row = tried(number(1), NOW)
    learned(NOW)
    assert statistic(LONG).total > 0
    late = NOW + timedelta(seconds=200)
    Challenge.objects.filter(pk=row.pk).update(state="verified", closed_at=late)
    learn_outcomes(now=NOW + learn.LATE)
    assert (statistic(LONG).total, NumberOutcome.objects.get().verified) == (0, True)
    learn_outcomes(now=NOW + 2 * learn.LATE)
    assert statistic(LONG).verified == pytest.approx(1, rel=0.01)


def test_six_numbers_of_a_block_close_that_block_and_not_the_country() -> None:
    pumped(5, NOW)
    learned(NOW)
    assert blocked() == set()
    pumped(1, NOW, first=5)
    learned(NOW)
    assert blocked() == {LONG}
    row = statistic(LONG)
    assert row.blocked_until == NOW + GRACE + timedelta(hours=12)
    assert row.total == pytest.approx(3 * TEST.failure)
    assert statistic("PK").total == pytest.approx(3 * TEST.failure)
    [event] = Event.objects.filter(kind="prefix.blocked")
    assert LONG in event.body
    assert event.tenant_id is None


def test_an_attack_that_moves_on_is_followed_by_a_wider_block() -> None:
    pumped(6, NOW)
    pumped(3, NOW, block="+923001239")
    learned(NOW)
    assert blocked() == {LONG, MIDDLE}


def test_numbers_spread_over_a_country_close_its_lane() -> None:
    for place in range(6):
        tried(f"+9230{place}1234567", NOW)
    learned(NOW)
    assert blocked() == {"PK"}
    assert statistic("PK").lane == "stranger"


def test_people_in_the_same_block_keep_it_open() -> None:
    for last in range(12):
        (verified if last % 3 else tried)(number(last), NOW)
    learned(NOW)
    assert blocked() == set()


def test_old_attacks_are_learned_without_a_block_or_an_event_of_today() -> None:
    long_ago = NOW - timedelta(days=3)
    pumped(6, long_ago)
    learned(NOW)
    assert statistic(LONG).blocked_until == long_ago + GRACE + timedelta(hours=12)
    assert not Event.objects.filter(kind="prefix.blocked").exists()


def test_a_message_that_never_left_is_no_failure() -> None:
    row = tried(number(1), NOW)
    Delivery.objects.filter(challenge=row).update(state="failed")
    learned(NOW)
    assert not PrefixStatistic.objects.exists()


def test_a_number_that_its_owner_has_confirmed_says_nothing() -> None:
    tried(number(1), NOW, enrolls=False)
    factor = factories.phone_factor(factories.user())
    delivery(challenge(factor, phone_index="x", destination=number(2)), state="sent")
    learned(NOW + timedelta(hours=1))
    assert not PrefixStatistic.objects.exists()


def test_a_test_number_says_nothing() -> None:
    tried(number(1), NOW, plan=[{"channel": "sms", "provider": "test number"}])
    learned(NOW)
    assert not PrefixStatistic.objects.exists()


def test_lane_network_and_carrier_are_counted_where_they_are_known() -> None:
    row = tried(number(1), NOW, spend_lane="mailed", asn=64_500)
    Delivery.objects.filter(challenge=row).update(carrier="Jazz")
    learned(NOW)
    found = set(PrefixStatistic.objects.values_list("level", "key", "lane"))
    assert {("country", "PK", "mailed"), ("asn", "64500", ""), ("carrier", "PK/Jazz", "")} < found


def test_a_network_fires_by_itself() -> None:
    for place in range(6):
        tried(f"+4477009{place}1234", NOW, asn=64_500)
        verified(f"+4477009{place}4321", NOW)
        verified(f"+4477009{place}4322", NOW)
    learned(NOW)
    assert blocked() == {"64500"}


def test_no_row_has_a_number_or_an_index_that_could_be_kept_for_good() -> None:
    tried(number(1), NOW)
    learned(NOW)
    assert not [
        key for key in PrefixStatistic.objects.values_list("key", flat=True) if "1234001" in key
    ]
    [outcome] = NumberOutcome.objects.all()
    assert outcome.phone_index == blind_indexes(number(1))[0]


def test_a_number_under_a_retired_index_key_is_the_same_number(settings: Any) -> None:
    tried(number(1), NOW)
    learned(NOW)
    old, new = "o" * 50, "n" * 50
    settings.OTPGUARD = {**settings.OTPGUARD, "INDEX_KEYS": [old]}
    NumberOutcome.objects.update(phone_index=blind_indexes(number(1))[0])
    settings.OTPGUARD = {**settings.OTPGUARD, "INDEX_KEYS": [new, old]}
    tried(number(1), NOW + timedelta(minutes=5))
    learned(NOW + timedelta(minutes=5))
    assert NumberOutcome.objects.count() == 1
    assert statistic(LONG).tried == 1


def test_a_row_that_no_key_opens_is_passed_over(settings: Any) -> None:
    tried(number(1), NOW)
    Challenge.objects.update(destination="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE otpguard_challenge SET destination = 'broken'")
    tried(number(2), NOW)
    learned(NOW)
    assert statistic(LONG).tried == 1


def test_a_younger_challenge_with_an_older_key_is_not_skipped() -> None:
    """Keys and times come from several hosts: reading stops at the first one that is too young."""
    young = tried(number(1), NOW + timedelta(minutes=1))
    tried(number(2), NOW)
    learned(NOW)
    assert not PrefixStatistic.objects.exists()
    learned(young.created_at)
    assert statistic(LONG).tried == pytest.approx(2, rel=0.01)


def test_a_batch_that_is_rolled_back_is_learned_by_the_next() -> None:
    tried(number(1), NOW)
    with transaction.atomic():
        learned(NOW)
        transaction.set_rollback(True)
    assert not PumpingMark.objects.exists()
    learned(NOW)
    assert statistic(LONG).tried == 1


def test_batches_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "BATCH", 4)
    pumped(6, NOW)
    assert (learned(NOW), learned(NOW), learned(NOW)) == (4, 2, 0)
    assert blocked() == {LONG}


@postgres_only
def test_of_two_workers_at_once_one_learns() -> None:
    pumped(6, NOW)
    start, found = Barrier(2), []

    def work() -> None:
        start.wait()
        try:
            found.append(learned(NOW))
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    learned(NOW)
    assert statistic(LONG).tried == 6
    assert set(found) <= {0, 6}


@postgres_only
def test_without_a_writable_store_nothing_is_learned_and_nothing_lost() -> None:
    tried(number(1), NOW)
    with read_only_store(), pytest.raises(Exception, match="read-only"):
        learned(NOW)
    learned(NOW)
    assert statistic(LONG).tried == 1


@postgres_only
def test_five_hundred_cost_as_many_statements_as_ten() -> None:
    def statements(count: int) -> int:
        Challenge.objects.all().delete()
        row = tried(number(1), NOW)
        multiply(row, count - 1, id="gen_random_uuid()")
        PumpingMark.objects.all().delete()
        NumberOutcome.objects.all().delete()
        with CaptureQueriesContext(connection) as seen:
            assert learned(NOW) == count
        return len(seen)

    assert statements(500) == statements(10)


@postgres_only
def test_the_next_batch_is_found_by_the_primary_key() -> None:
    row = tried(number(1), NOW)
    multiply(row, 2_000, id="gen_random_uuid()")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE otpguard_challenge")
    last = Challenge.objects.order_by("pk").last()
    assert last is not None
    plan = Challenge.objects.filter(pk__gt=last.pk).order_by("pk")[:500].explain()
    assert "otpguard_challenge_pkey" in plan
    assert "Seq Scan" not in plan


def test_a_start_runs_no_statement_for_it_and_its_code_is_learned_from() -> None:
    who = visitor()
    who.prove("+12015550123")
    learned()
    row = PrefixStatistic.objects.get(level="country")
    assert (row.key, row.lane, row.verified) == ("US", "stranger", 1)
