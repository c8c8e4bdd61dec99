"""Deliveries are added up by day before they go: nothing is lost, nothing counted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from otpguard.flows.delivery.daily_totals import add_up
from otpguard.models import Challenge, DailyTotal, Delivery
from otpguard.testing.racing import race
from tests import factories
from tests.models.rows import challenge, delivery

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 3, 15, 23, 30, tzinfo=UTC)


def proven(**fields: Any) -> Challenge:
    return challenge(
        factories.phone_factor(factories.user()),
        **{"state": "verified", "answered_step": 0, **fields},
    )


def sent(of: Challenge, step: int = 0, **fields: Any) -> Delivery:
    base = {"created_at": AT, "sent_at": AT, "state": "sent", "country": "US", "cost_micros": 5}
    return delivery(of, step=step, **{**base, **fields})


def totals() -> list[tuple[Any, ...]]:
    rows = DailyTotal.objects.order_by("day", "channel", "outcome")
    names = ("day", "channel", "outcome", "deliveries", "messages", "answered", "cost_micros")
    return list(rows.values_list(*names))


def test_deliveries_that_are_alike_are_one_row_and_a_later_batch_adds_to_it() -> None:
    add_up([sent(proven()), sent(proven())])
    add_up([sent(proven(), cost_micros=7)])
    assert totals() == [(date(2026, 3, 15), "sms", "sent", 3, 3, 3, 17)]


@pytest.mark.parametrize(
    "other",
    [
        {"created_at": AT + timedelta(hours=1)},
        {"channel": "voice"},
        {"provider": "q"},
        {"country": "DE"},
        {"state": "delivered"},
    ],
)
def test_what_differs_in_day_route_country_or_outcome_stays_apart(other: dict[str, Any]) -> None:
    add_up([sent(proven()), sent(proven(), **other)])
    assert DailyTotal.objects.count() == 2


def test_tenants_stay_apart_and_codes_outside_any_have_one_row() -> None:
    a, b = factories.tenant(), factories.tenant()
    for tenant in (a, b, None, None):
        add_up([sent(proven(), tenant=tenant)])
    found = dict(DailyTotal.objects.values_list("tenant_id", "deliveries"))
    assert found == {a.pk: 1, b.pk: 1, None: 2}


def test_a_failure_is_an_outcome_and_what_never_left_is_no_message() -> None:
    of = challenge(factories.phone_factor(factories.user()), state="expired")
    add_up(
        [
            sent(of, 0, state="failed", failure="fraud_blocked", sent_at=None, cost_micros=0),
            sent(of, 1, state="failed", failure="fraud_blocked", cost_micros=0),
            sent(of, 2, state="failed", sent_at=None, cost_micros=3),
        ]
    )
    assert totals() == [
        (date(2026, 3, 15), "sms", "failed", 1, 1, 0, 3),
        (date(2026, 3, 15), "sms", "fraud_blocked", 2, 1, 0, 0),
    ]


def test_the_message_whose_code_was_given_is_the_answered_one() -> None:
    of = proven(answered_step=1)
    rows = [
        sent(of, 0),
        sent(of, 1, channel="whatsapp"),
        sent(of, 2, channel="voice", state="failed"),
    ]
    lost = challenge(factories.phone_factor(factories.user()), state="exhausted")
    add_up([*rows, sent(lost)])
    assert {row[1]: row[5] for row in totals()} == {"sms": 0, "whatsapp": 1, "voice": 0}


def test_a_row_that_two_workers_create_at_once_holds_both() -> None:
    waiting = [sent(proven()) for _ in range(8)]
    race(lambda: add_up([waiting.pop()]), threads=8)
    assert [each[3] for each in totals()] == [8]
