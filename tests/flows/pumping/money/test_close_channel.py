"""A loss closes the smallest scope that explains it, and one proven message opens it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from otpguard.flows.pumping.money.charge_money import prove_money
from otpguard.flows.pumping.money.close_channel import close_after_loss
from otpguard.models import Challenge, Event, Notice, PaidClosure, SpendWindow
from otpguard.testing.racing import race
from tests import factories
from tests.flows.number.visitor import visitor
from tests.flows.pumping.spending import attempt, charge

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def lose(country: str, prefix: str, dollars: float) -> None:
    hour = int(timezone.now().timestamp()) // 3_600
    micros = int(dollars * 1_000_000)
    for scope, key in (("country", f"{country}:stranger"), ("prefix", prefix)):
        row, _ = SpendWindow.objects.get_or_create(scope=scope, key=key, hour=hour)
        row.unverified_micros += micros
        row.all_micros += micros
        row.save()


def closed() -> list[tuple[str, str]]:
    return list(
        PaidClosure.objects.filter(ended_at=None).order_by("pk").values_list("scope", "key")
    )


def test_five_dollars_an_hour_close_and_less_do_not() -> None:
    lose("PK", "+92300", 4.99)
    assert close_after_loss(now=timezone.now()) is None
    lose("PK", "+92300", 0.01)
    row = close_after_loss(now=timezone.now())
    assert row is not None
    assert closed() == [("prefix", "+92300")]
    assert timedelta(minutes=59) < row.until - timezone.now() <= HOUR


def test_a_country_is_closed_where_no_prefix_explains_the_loss() -> None:
    for block in range(10):
        lose("PK", f"+9230{block}", 1)
    close_after_loss(now=timezone.now())
    assert closed() == [("country", "PK")]


def test_what_is_closed_already_explains_nothing_twice() -> None:
    lose("PK", "+92300", 9)
    close_after_loss(now=timezone.now())
    assert close_after_loss(now=timezone.now()) is None
    lose("NG", "+23480", 9)
    close_after_loss(now=timezone.now())
    assert closed() == [("prefix", "+92300"), ("prefix", "+23480")]


def test_a_site_that_is_used_to_more_loses_more_before_it_closes() -> None:
    today = int(timezone.now().timestamp()) // 86_400
    for day in (8, 9):
        SpendWindow.objects.create(
            scope="country", key="US:known", hour=(today - day) * 24, verified_micros=20_000_000
        )
    lose("PK", "+92300", 9)
    assert close_after_loss(now=timezone.now()) is None


def test_operators_are_told_once_with_a_link(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "RELYING_PARTY_ORIGINS": ["https://acme.example"]}
    boss = factories.staff()
    lose("PK", "+92300", 9)
    now = timezone.now()
    assert sum(row is not None for row in race(lambda: close_after_loss(now=now), threads=4)) == 1
    [notice] = Notice.objects.filter(kind="spend_alarmed")
    assert notice.user_id == boss.pk
    assert Event.objects.filter(kind="channel.closed").count() == 1


def half_open() -> PaidClosure:
    return PaidClosure.objects.create(
        scope="country", key="US", lost_micros=1, until=timezone.now() - MINUTE
    )


def test_of_many_messages_after_the_time_one_goes_on_trial() -> None:
    row = half_open()
    assert sorted(race(lambda: charge(attempt()), threads=6)) == [""] + ["closed"] * 5
    row.refresh_from_db()
    assert row.tried_at is not None


def test_a_proof_of_the_trial_opens_it_and_a_proof_of_another_does_not() -> None:
    half_open()
    other = Challenge(pk=uuid4(), enrolls=True, plan=[{"channel": "sms"}])
    visitor_challenge = visitor().start()
    assert PaidClosure.objects.get().trial == visitor_challenge.pk
    prove_money(other, now=timezone.now())
    assert closed() == [("country", "US")]
    prove_money(visitor_challenge, now=timezone.now())
    assert closed() == []
    assert Event.objects.filter(kind="channel.reopened").exists()


def test_a_trial_that_nobody_proves_closes_it_for_twice_as_long() -> None:
    row = half_open()
    visitor().start()
    later = timezone.now() + 6 * MINUTE
    close_after_loss(now=later)
    row.refresh_from_db()
    assert (row.times, row.tried_at) == (2, None)
    assert row.until == later + 2 * HOUR
    assert charge(attempt()) == "closed"


def test_one_place_on_trial_needs_all_that_is_closed_to_be_ready() -> None:
    row = half_open()
    PaidClosure.objects.create(scope="channel", key="", lost_micros=1, until=timezone.now() + HOUR)
    assert charge(attempt()) == "closed"
    row.refresh_from_db()
    assert row.tried_at is None, "a refused start takes no trial"
