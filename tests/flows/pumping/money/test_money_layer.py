"""What money says before anything is charged: too dear, closed, locked down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.core.pumping.attempt import SpendLane
from otpguard.core.pumping.verdict import Action, Layer
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused, StoreUnavailable
from otpguard.flows.pumping.money.money_layer import look_at_money
from otpguard.models import PaidClosure, SignupLockdown
from tests.flows.number.visitor import visitor
from tests.flows.pumping.spending import attempt
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)
postgres_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
HOUR = timedelta(hours=1)
PAKISTAN = "+923001234567"


def found(**changed: Any) -> str:
    signal = look_at_money(attempt(**changed))
    assert signal is None or (signal.layer, signal.action) == (Layer.MONEY, Action.ANOTHER_WAY)
    return signal.reason if signal else ""


def closure(scope: str, key: str, **changed: Any) -> PaidClosure:
    until = {"until": timezone.now() + HOUR}
    return PaidClosure.objects.create(scope=scope, key=key, lost_micros=1, **{**until, **changed})


def test_a_message_of_ten_cents_is_sent_to_a_stranger_and_a_dearer_one_is_not() -> None:
    assert found(price_micros=100_000) == ""
    assert found(price_micros=100_001) == "price_limit"
    assert found(price_micros=100_001, lane=SpendLane.MAILED) == "price_limit"


def test_the_price_limit_ends_where_somebody_is_known_or_the_tenant_is_past_strict() -> None:
    dear = {"price_micros": 300_000}
    assert found(**dear, lane=SpendLane.KNOWN) == found(**dear, lane=SpendLane.INVITED) == ""
    assert found(**dear, tenant="t", is_strict=False) == ""
    assert found(**dear, tenant="t", is_strict=True) == "price_limit"


def test_the_price_limit_can_be_set(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "MONEY": {"STRANGER_PRICE_LIMIT": 0}}
    assert found(price_micros=900_000) == ""


@pytest.mark.parametrize(
    ("scope", "key"),
    [("prefix", "+1201555"), ("country", "US"), ("channel", "sms"), ("channel", "")],
)
def test_a_closure_concerns_its_own_scope(scope: str, key: str) -> None:
    closure(scope, key)
    assert found() == "closed"
    assert (found(number=PAKISTAN, lane=SpendLane.KNOWN) == "closed") is (scope == "channel")


def test_a_closure_does_not_concern_owners_and_free_messages() -> None:
    closure("channel", "")
    assert found(lane=SpendLane.OWNER) == found(price_micros=0) == ""


def test_a_closure_that_ended_stops_nothing_and_one_whose_time_is_over_lets_one_pass() -> None:
    closure("country", "US", ended_at=timezone.now())
    assert found() == ""
    row = closure("country", "US", until=timezone.now() - HOUR)
    assert found() == ""
    PaidClosure.objects.filter(pk=row.pk).update(tried_at=timezone.now())
    assert found() == "closed"


def test_a_lock_down_stops_visitors_and_nobody_with_an_account() -> None:
    row = SignupLockdown.objects.create(until=timezone.now() + HOUR)
    assert found() == "lockdown"
    assert found(user="7") == ""
    SignupLockdown.objects.filter(pk=row.pk).update(lifted_at=timezone.now())
    assert found() == ""


def test_a_lock_down_ends_by_itself() -> None:
    SignupLockdown.objects.create(until=timezone.now() + HOUR)
    assert found(now=timezone.now() + 2 * HOUR) == ""


def test_a_start_asks_the_layer() -> None:
    closure("country", "US")
    with pytest.raises(StartRefused) as caught:
        visitor().start()
    assert caught.value.reason is StartReason.ANOTHER_WAY


@postgres_only
def test_without_a_store_nothing_is_known_to_be_open() -> None:
    asked = attempt()
    with store_down(), pytest.raises(StoreUnavailable):
        look_at_money(asked)
