"""What is owed to a vendor stands in the row: due, claimed, put off, settled or given up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard.flows.delivery import vendor_calls
from otpguard.flows.delivery.vendor_calls import (
    AGAIN_AFTER,
    BATCH,
    CLOSING_CALL,
    GRACE,
    LEASE,
    STATUS_CALL,
    VendorCall,
)
from otpguard.models import Delivery
from otpguard.testing.racing import race
from tests import factories
from tests.flows.setting import stopped
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()
BOTH = pytest.mark.parametrize("kind", [STATUS_CALL, CLOSING_CALL], ids=["status", "closing"])


@pytest.fixture
def row() -> Delivery:
    stopped().start()
    return Delivery.objects.get()


def due(row: Delivery, kind: VendorCall) -> object:
    row.refresh_from_db()
    return getattr(row, kind.due)


@BOTH
def test_what_nobody_ordered_is_not_due(row: Delivery, kind: VendorCall) -> None:
    assert vendor_calls.claim_call(kind, str(row.pk), now=NOW) is None
    assert vendor_calls.enqueue_overdue_calls(now=NOW) == 0


@BOTH
def test_one_claims_and_settles(row: Delivery, kind: VendorCall) -> None:
    vendor_calls.schedule_call(kind, row, now=NOW)
    claimed = vendor_calls.claim_call(kind, str(row.pk), now=NOW)
    assert claimed is not None
    assert due(row, kind) == NOW + LEASE
    assert vendor_calls.claim_call(kind, str(row.pk), now=NOW) is None
    vendor_calls.finish_call(kind, claimed)
    assert due(row, kind) is None


@BOTH
def test_of_many_at_once_one_claims(row: Delivery, kind: VendorCall) -> None:
    vendor_calls.schedule_call(kind, row, now=NOW)
    claims = race(lambda: vendor_calls.claim_call(kind, str(row.pk), now=NOW), threads=8)
    assert sum(claimed is not None for claimed in claims) == 1


def test_an_order_that_is_rolled_back_is_none(row: Delivery) -> None:
    with transaction.atomic():
        vendor_calls.schedule_call(CLOSING_CALL, row, now=NOW)
        transaction.set_rollback(True)
    assert due(row, CLOSING_CALL) is None


def test_a_call_for_later_is_not_due_before(row: Delivery) -> None:
    after = timedelta(seconds=20)
    vendor_calls.schedule_call(STATUS_CALL, row, now=NOW, after=after)
    assert vendor_calls.claim_call(STATUS_CALL, str(row.pk), now=NOW) is None
    assert vendor_calls.enqueue_overdue_calls(now=NOW + after - GRACE) == 0
    assert vendor_calls.enqueue_overdue_calls(now=NOW + after) == 1


def test_what_is_ordered_while_the_call_is_made_stays_due(row: Delivery) -> None:
    vendor_calls.schedule_call(STATUS_CALL, row, now=NOW)
    claimed = vendor_calls.claim_call(STATUS_CALL, str(row.pk), now=NOW)
    assert claimed is not None
    vendor_calls.schedule_call(STATUS_CALL, row, now=NOW)
    vendor_calls.finish_call(STATUS_CALL, claimed)
    assert due(row, STATUS_CALL) == NOW + GRACE
    vendor_calls.postpone_call(STATUS_CALL, claimed, now=NOW)
    assert due(row, STATUS_CALL) == NOW + GRACE


def test_a_call_that_did_not_get_through_waits_longer_each_time(row: Delivery) -> None:
    vendor_calls.schedule_call(CLOSING_CALL, row, now=NOW)
    waits, at = [], NOW
    for _ in range(CLOSING_CALL.most):
        claimed = vendor_calls.claim_call(CLOSING_CALL, str(row.pk), now=at)
        assert claimed is not None
        vendor_calls.postpone_call(CLOSING_CALL, claimed, now=at)
        row.refresh_from_db()
        if row.closing_call_at is not None:
            waits.append(row.closing_call_at - at)
            at = row.closing_call_at
    assert waits == [AGAIN_AFTER * factor for factor in (1, 2, 4, 8)]
    assert due(row, CLOSING_CALL) is None
    vendor_calls.schedule_call(CLOSING_CALL, row, now=at)
    assert due(row, CLOSING_CALL) is None, "all tries are used"


def test_the_kinds_do_not_touch_each_other(row: Delivery) -> None:
    vendor_calls.schedule_call(STATUS_CALL, row, now=NOW)
    vendor_calls.schedule_call(CLOSING_CALL, row, now=NOW)
    claimed = vendor_calls.claim_call(STATUS_CALL, str(row.pk), now=NOW)
    assert claimed is not None
    vendor_calls.finish_call(STATUS_CALL, claimed)
    row.refresh_from_db()
    assert (row.status_call_at, row.status_calls, row.closing_call_at, row.closing_calls) == (
        None,
        1,
        NOW + GRACE,
        0,
    )


def _many(row: Delivery, count: int) -> None:
    Delivery.objects.bulk_create(
        Delivery(
            challenge=row.challenge,
            step=step,
            channel="sms",
            provider="x",
            state="sent",
            closing_call_at=NOW,
        )
        for step in range(1, count + 1)
    )


def test_a_batch_in_each_round(row: Delivery) -> None:
    _many(row, BATCH + 10)
    assert vendor_calls.enqueue_overdue_calls(now=NOW) == BATCH
    assert vendor_calls.enqueue_overdue_calls(now=NOW) == 10
    assert vendor_calls.enqueue_overdue_calls(now=NOW) == 0


@postgres_only
def test_sweepers_share_the_work_and_none_waits(row: Delivery) -> None:
    _many(row, 5)
    with transaction.atomic():
        list(Delivery.objects.select_for_update().filter(step__in=[1, 2]))
        assert race(lambda: vendor_calls.enqueue_overdue_calls(now=NOW), threads=1) == [3]
    assert vendor_calls.enqueue_overdue_calls(now=NOW) == 2
    assert connection.in_atomic_block is False


def test_nobody_calls_to_ask_about_what_is_over(row: Delivery) -> None:
    vendor_calls.schedule_call(STATUS_CALL, row, now=NOW, after=GRACE)
    vendor_calls.schedule_call(CLOSING_CALL, row, now=NOW, after=GRACE)
    factories.age(row.challenge, state="canceled")
    assert vendor_calls.enqueue_overdue_calls(now=NOW + GRACE) == 1
    row.refresh_from_db()
    assert (row.status_call_at, row.closing_call_at) == (None, NOW + 2 * GRACE)


def test_a_row_that_is_gone_is_not_claimed(row: Delivery) -> None:
    vendor_calls.schedule_call(STATUS_CALL, row, now=NOW)
    factories.age(row, status_calls=STATUS_CALL.most)
    assert vendor_calls.claim_call(STATUS_CALL, str(row.pk), now=NOW) is None
    pk = str(row.pk)
    row.delete()
    assert vendor_calls.claim_call(STATUS_CALL, pk, now=NOW) is None


def test_a_call_waits_as_long_as_the_vendor_asks(row: Delivery) -> None:
    vendor_calls.schedule_call(STATUS_CALL, row, now=NOW)
    claimed = vendor_calls.claim_call(STATUS_CALL, str(row.pk), now=NOW)
    assert claimed is not None
    asked = timedelta(minutes=2)
    vendor_calls.postpone_call(STATUS_CALL, claimed, now=NOW, at_least=asked)
    assert due(row, STATUS_CALL) == NOW + asked
