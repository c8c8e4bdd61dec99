"""What a vendor took is recorded in one round trip or in steps, and both come to the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.channels.base import ReceiptFact, ReceiptState
from otpguard.core.outcome import Accepted
from otpguard.flows.delivery.accepted import record_accepted, record_at_once, record_in_steps
from otpguard.flows.delivery.deliver import deliver_code
from otpguard.flows.delivery.outbox import ClaimedDelivery, claim_delivery
from otpguard.flows.due import LEASE
from otpguard.models import Challenge, Delivery, Event, Receipt
from tests import factories
from tests.flows.delivery.setting import kinds, providers, send_receipt
from tests.flows.setting import Stopped, stopped
from tests.models.rows import postgres_only
from tests.pausing import meet

pytestmark = pytest.mark.django_db(transaction=True)

TAKEN = Accepted(reference="r-1", carrier="T-Mobile", route="direct", cost_micros=7_500)
ARRIVED = Accepted(reference="r-1", delivered=True)


@pytest.fixture(autouse=True)
def _routes(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="delivered")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def claimed(who: Stopped, now: datetime) -> ClaimedDelivery:
    challenge = who.start()
    found = claim_delivery(str(challenge.deliveries.get().pk), now=now, until=now + LEASE)
    assert found is not None
    return found


def at_once(found: ClaimedDelivery, outcome: Accepted, now: datetime) -> bool:
    return record_at_once(found.delivery, found.delivery.challenge, outcome, now)


def in_steps(found: ClaimedDelivery, outcome: Accepted, now: datetime) -> None:
    with transaction.atomic():
        record_in_steps(found.delivery, found.delivery.challenge, outcome, now)


def written(found: ClaimedDelivery) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """All that was written, without what differs between any two challenges."""
    own = {"id", "challenge_id", "tenant_id", "created_at", "provider_ref"}
    delivery = Delivery.objects.filter(pk=found.delivery.pk).values().get()
    challenge = Challenge.objects.filter(pk=found.delivery.challenge_id).values().get()
    event = Event.objects.filter(story=challenge["story"], kind="challenge.sent").get()
    assert delivery["provider_ref"]
    return (
        {name: value for name, value in delivery.items() if name not in own},
        {name: challenge[name] for name in ("step", "state", "sends", "due_at", "undeliverable")},
        json.loads(event.body)["data"],
    )


@postgres_only
@pytest.mark.parametrize("outcome", [TAKEN, ARRIVED], ids=["taken", "arrived"])
@pytest.mark.parametrize("receipts", [True, False])
@pytest.mark.parametrize("steps", [1, 2])
def test_at_once_and_in_steps_write_the_same(
    settings: Any, now: datetime, outcome: Accepted, *, receipts: bool, steps: int
) -> None:
    channels = dict(list({"sms": "accepted", "whatsapp": "delivered"}.items())[:steps])
    settings.OTPGUARD = providers(**channels)
    settings.OTPGUARD["PROVIDERS"]["sms"]["OPTIONS"]["receipts"] = receipts
    first, second = claimed(stopped(), now), claimed(stopped(), now)
    for found in (first, second):
        found.delivery.cost_micros, found.delivery.carrier = 7_500, outcome.carrier
    assert at_once(first, outcome, now)
    reference = Accepted(reference="r-2", delivered=outcome.delivered)
    in_steps(second, reference, now)
    assert written(first) == written(second)


@pytest.mark.parametrize(
    "change",
    [
        lambda it: factories.age(it, state="canceled", closed_at=timezone.now()),
        lambda it: factories.age(it, step=1, sends=2),
        lambda it: factories.age(it, generation=1, sends=2),
    ],
    ids=["closed", "another way", "resent"],
)
def test_what_changed_meanwhile_is_looked_at_and_starts_no_timer(
    now: datetime, change: Callable[[Challenge], object]
) -> None:
    found = claimed(stopped(), now)
    challenge = Challenge.objects.get()
    change(challenge)
    assert not at_once(found, TAKEN, now)
    assert Delivery.objects.get(pk=found.delivery.pk).state == "sending"
    record_accepted(found.delivery, found.delivery.challenge, TAKEN, now)
    assert Delivery.objects.get(pk=found.delivery.pk).state == "sent"
    challenge.refresh_from_db()
    known = challenge.step == found.delivery.step and challenge.state == "open"
    assert (challenge.due_at is not None) == known


@postgres_only
def test_a_row_that_is_done_is_not_recorded_again(now: datetime) -> None:
    found = claimed(stopped(), now)
    factories.age(found.delivery, state="failed")
    assert not at_once(found, TAKEN, now)
    assert kinds() == ["challenge.started"]
    record_accepted(found.delivery, found.delivery.challenge, TAKEN, now)
    assert kinds() == ["challenge.started"]
    assert Challenge.objects.get().due_at is None


def test_a_receipt_that_was_here_first_is_applied(now: datetime) -> None:
    found = claimed(stopped(), now)
    send_receipt(ReceiptFact(reference="r-1", state=ReceiptState.DELIVERED))
    assert not at_once(found, TAKEN, now)
    record_accepted(found.delivery, found.delivery.challenge, TAKEN, now)
    assert Delivery.objects.get().state == "delivered"
    assert Challenge.objects.get().due_at is None
    assert Receipt.objects.get().delivery_id == found.delivery.pk


def test_a_message_is_recorded_inside_a_transaction_of_somebody_else_too(now: datetime) -> None:
    found = claimed(stopped(), now)
    with transaction.atomic():
        record_accepted(found.delivery, found.delivery.challenge, TAKEN, now)
        transaction.set_rollback(True)
    assert Delivery.objects.get().state == "sending"
    record_accepted(found.delivery, found.delivery.challenge, TAKEN, now)
    assert Delivery.objects.get().state == "sent"
    assert Challenge.objects.get().due_at == now + timedelta(seconds=8)


@postgres_only
@pytest.mark.parametrize(("outcome", "most"), [("delivered", 2), ("accepted", 3)])
def test_a_send_costs_two_statements_and_one_more_where_receipts_come(
    settings: Any, outcome: str, most: int
) -> None:
    """Each commits by itself: the claim before the vendor is called, the rest after it."""
    settings.OTPGUARD = providers(sms=outcome, whatsapp="delivered")
    stopped().start()
    deliver_code(delivery_id=str(Delivery.objects.get().pk), now=timezone.now())
    stopped().start()
    pk = str(Delivery.objects.get(state="queued").pk)
    with CaptureQueriesContext(connection) as seen:
        deliver_code(delivery_id=pk, now=timezone.now())
    assert len(seen) == most, [query["sql"][:90] for query in seen]
    assert not [query for query in seen if query["sql"] in {"BEGIN", "COMMIT"}]


@postgres_only
def test_who_waits_for_a_challenge_that_closes_starts_no_timer(now: datetime) -> None:
    found = claimed(stopped(), now)

    def close() -> None:
        with transaction.atomic():
            Challenge.objects.update(state="verified", closed_at=now)
            Challenge.objects.count()

    meeting = meet(close, lambda: at_once(found, TAKEN, now), after='UPDATE "otpguard_challenge"')
    assert meeting.other_waited
    assert (meeting.failures, meeting.other.result) == ([], False)
    assert Challenge.objects.get().due_at is None
    assert Delivery.objects.get().state == "sending"


@postgres_only
def test_a_receipt_that_is_being_taken_is_waited_for_and_seen(now: datetime) -> None:
    """The lock must be held before the statement that looks for receipts has begun."""
    found = claimed(stopped(), now)
    meeting = meet(
        lambda: send_receipt(ReceiptFact(reference="r-1", state=ReceiptState.DELIVERED)),
        lambda: record_accepted(found.delivery, found.delivery.challenge, TAKEN, now),
        after='INSERT INTO "otpguard_receipt"',
    )
    assert meeting.other_waited
    assert meeting.failures == []
    assert Delivery.objects.get().state == "delivered"
    assert Challenge.objects.get().due_at is None
