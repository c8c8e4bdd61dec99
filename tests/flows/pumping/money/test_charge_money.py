"""Messages to unproven numbers are paid for out of budgets that no race and no refusal exceeds."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.core.phone import parse_phone
from otpguard.core.pumping.attempt import NetworkFacts, NetworkKind, SpendLane
from otpguard.core.pumping.verdict import Layer
from otpguard.core.reasons import StartReason
from otpguard.database import transaction
from otpguard.exceptions import StartRefused, StoreUnavailable
from otpguard.flows.factor.enroll import enroll_factor
from otpguard.flows.pumping.money.charge_money import (
    FurtherMessage,
    charge_again,
    charge_first_spend,
    charge_further,
    prove_money,
)
from otpguard.flows.pumping.release_number import release_number
from otpguard.models import (
    Challenge,
    Event,
    Factor,
    PumpingDecision,
    SpendCharge,
    SpendWindow,
    Usage,
)
from otpguard.testing.racing import race
from otpguard.vault import blind_indexes
from tests.flows.number.visitor import visitor
from tests.flows.pumping.spending import CENT, attempt, charge, number, spent
from tests.flows.pumping.values import by_support
from tests.flows.setting import stopped
from tests.prices import price
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)
postgres_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="many writers")


@postgres_only
def test_sixteen_threads_spend_a_budget_of_half_a_dollar_to_the_cent_and_no_more() -> None:
    now = timezone.now()

    def many() -> int:
        calls = [attempt(number(index), is_strict=True, now=now) for index in range(8)]
        return sum(charge(each) == "" for each in calls)

    assert sum(race(many, threads=16)) == 50
    assert spent() == spent(column="unverified_micros") == 50 * CENT


@postgres_only
def test_two_messages_at_the_turn_of_the_hour_do_not_both_take_the_last_cent() -> None:
    turn = timezone.now().replace(minute=0, second=0, microsecond=0)
    for index in range(49):
        assert charge(attempt(number(index), is_strict=True, now=turn)) == ""
    moments = iter([turn - timedelta(seconds=1), turn] * 4)
    calls = iter([attempt(number(60 + i), is_strict=True, now=next(moments)) for i in range(8)])
    passed = race(lambda: charge(next(calls)) == "", threads=8)
    assert sum(passed) == 1


def test_a_refusal_charges_nothing() -> None:
    for index in range(50):
        charge(attempt(number(index), is_strict=True))
    before = list(SpendWindow.objects.order_by("pk").values_list())
    assert charge(attempt(number(60), is_strict=True)) == "country_budget"
    assert list(SpendWindow.objects.order_by("pk").values_list()) == before
    assert SpendCharge.objects.count() == 50


def test_a_refusal_asks_for_another_way_and_tells_operators_why() -> None:
    for index in range(50):
        charge(attempt(number(index), is_strict=True))
    with pytest.raises(StartRefused) as caught, transaction.atomic():
        charge_first_spend(attempt(is_strict=True), challenge=uuid4())
    signal = caught.value.signal
    assert caught.value.reason is StartReason.ANOTHER_WAY
    assert signal is not None
    assert (signal.layer, signal.detail) == (Layer.MONEY, "country US:stranger")


def test_other_lanes_and_other_countries_have_budgets_of_their_own() -> None:
    for index in range(50):
        charge(attempt(number(index), is_strict=True))
    assert charge(attempt(number(60), is_strict=True)) == "country_budget"
    assert charge(attempt(number(60), is_strict=True, lane=SpendLane.KNOWN)) == ""
    assert charge(attempt("+447400123456", is_strict=True)) == ""


def test_a_day_and_an_hour_later_the_budget_is_whole_again() -> None:
    for index in range(50):
        charge(attempt(number(index), is_strict=True))
    later = timezone.now() + timedelta(hours=25)
    assert (
        charge(attempt(number(60), is_strict=True, now=timezone.now() + timedelta(hours=23))) != ""
    )
    assert charge(attempt(number(60), is_strict=True, now=later)) == ""


@pytest.mark.parametrize("free", [{"price_micros": 0}, {"lane": SpendLane.OWNER}])
def test_a_free_message_and_an_owners_take_no_statement(
    free: dict[str, Any], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        charge_first_spend(attempt(**free), challenge=uuid4())


def test_an_empty_budget_leaves_a_reserve_to_a_clean_ip_alone() -> None:
    for index in range(75):
        assert charge(attempt(number(index))) == ""
    assert charge(attempt(number(80), network=NetworkFacts(kind=NetworkKind.HOSTING))) != ""
    assert charge(attempt(number(80), client_ip="")) == "country_budget"
    now = timezone.now()
    Usage.objects.bulk_create(
        Usage(cap="ip", key="192.0.2.1", at=now, challenge=uuid4()) for _ in range(3)
    )
    assert charge(attempt(number(80))) == "country_budget"
    assert charge(attempt(number(80), client_ip="192.0.2.2")) == ""
    assert spent(column="places") == 1
    assert charge(attempt(number(81), client_ip="192.0.2.3")) == "country_budget", "one an hour"


def test_operators_are_warned_once_at_seventy_percent() -> None:
    for index in range(80):
        charge(attempt(number(index), is_strict=True, lane=SpendLane.INVITED, price_micros=5_000))
    assert not Event.objects.filter(kind="spend.warned").exists()
    for _ in range(10):
        charge(attempt("+12015550199", is_strict=True, lane=SpendLane.KNOWN, price_micros=35_000))
    [warned] = Event.objects.filter(kind="spend.warned")
    assert '"scope":"prefix"' in warned.body.replace(" ", "")


def test_a_country_that_has_fired_leaves_its_reserve_to_a_clean_ip_alone() -> None:
    assert charge(attempt(client_ip=""), only_reserve=True) == "only_reserve"
    assert charge(attempt(client_ip="192.0.2.2"), only_reserve=True) == ""
    assert (spent(), spent(column="places")) == (CENT, 1)
    assert charge(attempt(number(1), client_ip="192.0.2.3"), only_reserve=True) == "only_reserve"
    assert charge(attempt(number(2), client_ip="192.0.2.3")) == "", "nothing has fired for it"


def released(to: str) -> str:
    """Release a number; its blind index."""
    number = parse_phone(to, region="US")
    release_number(facts=by_support(), number=number, reason="ticket 17")
    return blind_indexes(number.e164)[0]


def test_a_released_number_passes_the_empty_budget_of_its_country_alone() -> None:
    for index in range(50):
        charge(attempt(number(index), is_strict=True))
    index = released(number(60))
    assert charge(attempt(number(60), is_strict=True, phone_index=index)) == ""
    assert charge(attempt(number(61), is_strict=True)) == "country_budget"
    assert spent() == 51 * CENT
    SpendWindow.objects.filter(scope="country").update(all_micros=1_000_000)
    assert charge(attempt(number(60), is_strict=True, phone_index=index)) == "country_day"


def test_the_decision_of_a_released_number_says_that_the_release_has_counted() -> None:
    price(country="US", per_try=90_000)
    for index in range(9):
        with contextlib.suppress(StartRefused):
            visitor(client_ip=f"198.51.100.{index}").start(number(index))
    released(number(9))
    challenge = visitor(client_ip="198.51.100.77").start(number(9))
    assert PumpingDecision.objects.get(challenge=challenge.pk).released
    assert PumpingDecision.objects.filter(released=True).count() == 1


@postgres_only
def test_without_its_store_no_release_counts() -> None:
    with store_down(), pytest.raises(StoreUnavailable):
        charge_first_spend(attempt(), challenge=uuid4(), only_reserve=True)


def history(key: str, micros: int, *, scope: str = "country", days: range = range(7, 29)) -> None:
    """So much was proven on each of these days back."""
    today = int(timezone.now().timestamp()) // 86_400
    SpendWindow.objects.bulk_create(
        SpendWindow(scope=scope, key=key, hour=(today - day) * 24, verified_micros=micros)
        for day in days
    )


def test_a_habit_widens_the_budget_of_its_own_country_and_lane() -> None:
    history("US:stranger", 2_000_000)
    for index in range(120):
        assert charge(attempt(number(index), client_ip="")) == "", index


def test_the_last_week_is_no_habit() -> None:
    history("US:stranger", 2_000_000, days=range(7))
    done = [charge(attempt(number(index), client_ip="")) for index in range(80)]
    assert done.count("") == 75


def test_expected_sign_ups_stand_for_a_habit_that_there_is_not_yet(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "MONEY": {"EXPECTED_SIGNUPS_PER_DAY": 100}}
    done = [charge(attempt(number(index), client_ip="")) for index in range(110)]
    assert done.count("") == 100


@postgres_only
def test_without_a_store_nothing_is_paid_for() -> None:
    wanted: datetime = timezone.now()
    with store_down(), pytest.raises(StoreUnavailable):
        charge_first_spend(attempt(now=wanted), challenge=uuid4())


# --- further messages and proofs ---------------------------------------------------------------


def started(index: int = 0) -> Challenge:
    """A visitor's challenge, which has charged its first message."""
    return visitor().start(number(index))


def test_a_start_of_a_visitor_charges_what_its_first_message_costs() -> None:
    price(country="US", per_try=7_000, per_success=1_000)
    challenge = started()
    [row] = SpendCharge.objects.all()
    assert (row.challenge, row.micros, row.lane, row.country) == (
        challenge.pk,
        8_000,
        "stranger",
        "US",
    )
    assert spent() == spent("prefix") == 8_000


def test_a_visitor_over_the_budget_is_refused_and_nothing_of_the_start_stays() -> None:
    price(country="US", per_try=90_000)
    for index in range(8):
        visitor(client_ip=f"198.51.100.{index}").start(number(index))
    with pytest.raises(StartRefused) as caught:
        visitor(client_ip="").start(number(9))
    assert caught.value.reason is StartReason.ANOTHER_WAY
    assert Challenge.objects.count() == SpendCharge.objects.count() == 8
    assert not Usage.objects.filter(cap="unreadable_ip").exists()


def test_a_proof_gives_the_budget_back_and_the_ceilings_keep_it() -> None:
    visitor().prove(number(0))
    assert spent(column="unverified_micros") == 0
    assert spent() == spent(column="verified_micros") == 12_000
    assert not SpendCharge.objects.exists()


def test_a_proof_frees_half_of_another_place_as_well() -> None:
    challenges = [started(index) for index in range(3)]
    with transaction.atomic():
        prove_money(challenges[0], now=timezone.now())
    assert spent(column="unverified_micros") == 3 * 12_000 - 18_000
    with transaction.atomic():
        prove_money(challenges[0], now=timezone.now())
    assert spent(column="unverified_micros") == 18_000, "once only"


def test_a_confirmed_factor_takes_no_statement_for_money(django_assert_num_queries: Any) -> None:
    challenge = started()
    challenge.enrolls = False
    with django_assert_num_queries(0):
        prove_money(challenge, now=timezone.now())
        further = FurtherMessage(challenge=challenge, step=challenge.plan[0])
        assert charge_further([further], now=timezone.now()) == [None]


def test_a_resend_counts_on_the_ceilings_and_is_refused_by_a_full_one() -> None:
    challenge = started()
    with transaction.atomic():
        charge_again(challenge, step=challenge.plan[0], now=timezone.now())
    assert (spent(), spent(column="unverified_micros")) == (24_000, 12_000)
    SpendWindow.objects.filter(scope="prefix").update(all_micros=990_000)
    with pytest.raises(StartRefused) as caught, transaction.atomic():
        charge_again(challenge, step=challenge.plan[0], now=timezone.now())
    assert caught.value.reason is StartReason.ANOTHER_WAY
    assert spent() == 24_000


def test_many_fallbacks_are_charged_one_after_another_up_to_the_ceiling() -> None:
    challenges = [started(index) for index in range(4)]
    SpendWindow.objects.filter(scope="country").update(all_micros=1_470_000)
    wanted = [FurtherMessage(challenge=each, step=each.plan[0]) for each in challenges]
    with transaction.atomic():
        found = charge_further(wanted, now=timezone.now())
    assert [signal is None for signal in found] == [True, True, False, False]


def test_somebody_with_an_account_who_binds_a_number_has_a_budget_too() -> None:
    person = stopped()
    Factor.objects.all().delete()
    facts = replace(person.facts, authenticated_at=timezone.now())
    given = {"number": parse_phone("+12015550177", region="US")}
    enroll_factor(facts=facts, ask=person.ask, kind="phone", given=given)
    assert SpendCharge.objects.filter(country="US").exists()
