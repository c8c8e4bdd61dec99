"""What is owed to a vendor stands in the row: due, claimed, put off, settled or given up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard.flows import errand
from otpguard.flows.errand import AGAIN_AFTER, ASK, BATCH, GRACE, LEASE, TELL, Errand
from otpguard.models import Delivery
from tests import factories
from tests.flows.setting import stopped
from tests.models.rows import postgres_only
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()
BOTH = pytest.mark.parametrize("kind", [ASK, TELL], ids=["ask", "tell"])


@pytest.fixture
def row() -> Delivery:
    stopped().start()
    return Delivery.objects.get()


def due(row: Delivery, kind: Errand) -> object:
    row.refresh_from_db()
    return getattr(row, kind.due)


@BOTH
def test_what_nobody_ordered_is_not_due(row: Delivery, kind: Errand) -> None:
    assert errand.claim(kind, str(row.pk), now=NOW) is None
    assert errand.overdue(now=NOW) == 0


@BOTH
def test_one_claims_and_settles(row: Delivery, kind: Errand) -> None:
    errand.order(kind, row, now=NOW)
    claimed = errand.claim(kind, str(row.pk), now=NOW)
    assert claimed is not None
    assert due(row, kind) == NOW + LEASE
    assert errand.claim(kind, str(row.pk), now=NOW) is None
    errand.settle(kind, claimed)
    assert due(row, kind) is None


@BOTH
def test_of_many_at_once_one_claims(row: Delivery, kind: Errand) -> None:
    errand.order(kind, row, now=NOW)
    claims = race(lambda: errand.claim(kind, str(row.pk), now=NOW), threads=8)
    assert sum(claimed is not None for claimed in claims) == 1


def test_an_order_that_is_rolled_back_is_none(row: Delivery) -> None:
    with transaction.atomic():
        errand.order(TELL, row, now=NOW)
        transaction.set_rollback(True)
    assert due(row, TELL) is None


def test_a_call_for_later_is_not_due_before(row: Delivery) -> None:
    after = timedelta(seconds=20)
    errand.order(ASK, row, now=NOW, after=after)
    assert errand.claim(ASK, str(row.pk), now=NOW) is None
    assert errand.overdue(now=NOW + after - GRACE) == 0
    assert errand.overdue(now=NOW + after) == 1


def test_what_is_ordered_while_the_call_is_made_stays_due(row: Delivery) -> None:
    errand.order(ASK, row, now=NOW)
    claimed = errand.claim(ASK, str(row.pk), now=NOW)
    assert claimed is not None
    errand.order(ASK, row, now=NOW)
    errand.settle(ASK, claimed)
    assert due(row, ASK) == NOW + GRACE
    errand.put_off(ASK, claimed, now=NOW)
    assert due(row, ASK) == NOW + GRACE


def test_a_call_that_did_not_get_through_waits_longer_each_time(row: Delivery) -> None:
    errand.order(TELL, row, now=NOW)
    waits, at = [], NOW
    for _ in range(TELL.most):
        claimed = errand.claim(TELL, str(row.pk), now=at)
        assert claimed is not None
        errand.put_off(TELL, claimed, now=at)
        row.refresh_from_db()
        if row.tell_at is not None:
            waits.append(row.tell_at - at)
            at = row.tell_at
    assert waits == [AGAIN_AFTER * factor for factor in (1, 2, 4, 8)]
    assert due(row, TELL) is None
    errand.order(TELL, row, now=at)
    assert due(row, TELL) is None, "all tries are used"


def test_the_kinds_do_not_touch_each_other(row: Delivery) -> None:
    errand.order(ASK, row, now=NOW)
    errand.order(TELL, row, now=NOW)
    claimed = errand.claim(ASK, str(row.pk), now=NOW)
    assert claimed is not None
    errand.settle(ASK, claimed)
    row.refresh_from_db()
    assert (row.ask_at, row.asks, row.tell_at, row.tells) == (None, 1, NOW + GRACE, 0)


def _many(row: Delivery, count: int) -> None:
    Delivery.objects.bulk_create(
        Delivery(
            challenge=row.challenge,
            step=step,
            channel="sms",
            provider="x",
            state="sent",
            tell_at=NOW,
        )
        for step in range(1, count + 1)
    )


def test_a_batch_in_each_round(row: Delivery) -> None:
    _many(row, BATCH + 10)
    assert errand.overdue(now=NOW) == BATCH
    assert errand.overdue(now=NOW) == 10
    assert errand.overdue(now=NOW) == 0


@postgres_only
def test_sweepers_share_the_work_and_none_waits(row: Delivery) -> None:
    _many(row, 5)
    with transaction.atomic():
        list(Delivery.objects.select_for_update().filter(step__in=[1, 2]))
        assert race(lambda: errand.overdue(now=NOW), threads=1) == [3]
    assert errand.overdue(now=NOW) == 2
    assert connection.in_atomic_block is False


def test_nobody_calls_to_ask_about_what_is_over(row: Delivery) -> None:
    errand.order(ASK, row, now=NOW, after=GRACE)
    errand.order(TELL, row, now=NOW, after=GRACE)
    factories.age(row.challenge, state="canceled")
    assert errand.overdue(now=NOW + GRACE) == 1
    row.refresh_from_db()
    assert (row.ask_at, row.tell_at) == (None, NOW + 2 * GRACE)


def test_a_row_that_is_gone_is_not_claimed(row: Delivery) -> None:
    errand.order(ASK, row, now=NOW)
    factories.age(row, asks=ASK.most)
    assert errand.claim(ASK, str(row.pk), now=NOW) is None
    pk = str(row.pk)
    row.delete()
    assert errand.claim(ASK, pk, now=NOW) is None
