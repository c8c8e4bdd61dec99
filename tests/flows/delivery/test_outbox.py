"""A row of the outbox is taken by one, locked with its challenge, and given back once."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event, Thread
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.core.challenge import DeliveryState
from otpguard.flows.delivery.outbox import (
    ClaimedDelivery,
    claim_delivery,
    lock_challenge,
    move_delivery,
    set_due,
)
from otpguard.models import Challenge, Delivery
from otpguard.testing.racing import race
from tests import factories
from tests.flows.setting import stopped
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)
LEASE = timedelta(seconds=30)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def queued() -> str:
    stopped(brand="Acme").start()
    return str(Delivery.objects.get().pk)


def taken(pk: str, now: datetime) -> ClaimedDelivery | None:
    return claim_delivery(pk, now=now, until=now + LEASE)


def test_who_takes_a_delivery_gets_what_it_takes_to_send_it(now: datetime) -> None:
    found = taken(queued(), now)
    assert found is not None
    known = Delivery.objects.select_related("challenge__tenant").get()
    delivery = found.delivery
    assert (delivery, delivery.challenge) == (known, known.challenge)
    assert (known.state, known.lease_until) == ("sending", now + LEASE)
    assert delivery.challenge.tenant == known.challenge.tenant
    assert delivery.challenge.tenant.brand == "Acme"
    assert not found.precheck.breaker


def test_the_sites_own_challenges_have_no_tenant(now: datetime) -> None:
    pk = queued()
    Challenge.objects.update(tenant=None)
    found = taken(pk, now)
    assert found is not None
    assert found.delivery.challenge.tenant is None


def test_of_many_who_ask_at_once_one_gets_it(now: datetime) -> None:
    pk = queued()
    found = race(lambda: taken(pk, now), threads=8)
    assert sum(each is not None for each in found) == 1


def test_what_somebody_holds_is_free_when_their_lease_has_lapsed(now: datetime) -> None:
    pk = queued()
    assert taken(pk, now) is not None
    assert taken(pk, now + LEASE) is None
    assert taken(pk, now + LEASE + timedelta(milliseconds=1)) is not None


def test_what_is_done_or_gone_is_not_taken(now: datetime) -> None:
    pk = queued()
    factories.age(Delivery.objects.get(), state="sent")
    assert taken(pk, now) is None
    assert taken(str(uuid4()), now) is None


def test_locking_reads_what_changed_meanwhile(now: datetime) -> None:
    found = taken(queued(), now)
    assert found is not None
    challenge = found.delivery.challenge
    Challenge.objects.update(step=2, state="canceled", plan=[])
    with transaction.atomic():
        lock_challenge(challenge, advisory=7)
    assert (challenge.step, challenge.state, challenge.plan) == (2, "canceled", [])
    Challenge.objects.all().delete()
    with pytest.raises(Challenge.DoesNotExist), transaction.atomic():
        lock_challenge(challenge)


def test_a_row_is_given_back_once_with_what_is_known_of_its_way(now: datetime) -> None:
    found = taken(queued(), now)
    assert found is not None
    delivery = found.delivery
    delivery.country, delivery.cost_micros = "US", 7_500
    delivery.carrier, delivery.network_route = "T-Mobile", "direct"
    assert move_delivery(
        delivery, DeliveryState.SENT, outcome="accepted", reference="r-1", sent_at=now
    )
    row = Delivery.objects.get()
    assert (row.state, row.lease_until, row.provider_ref, row.sent_at) == ("sent", None, "r-1", now)
    assert (row.country, row.cost_micros) == ("US", 7_500)
    assert (row.carrier, row.network_route) == ("T-Mobile", "direct")
    assert not move_delivery(delivery, DeliveryState.FAILED, outcome="late"), (
        "it is not ours any more"
    )


def test_who_was_taken_for_dead_undoes_nothing_of_their_successor(now: datetime) -> None:
    pk = queued()
    first = taken(pk, now)
    later = now + 2 * LEASE
    second = taken(pk, later)
    assert first is not None
    assert second is not None
    assert not move_delivery(first.delivery, DeliveryState.FAILED, outcome="hung up")
    assert move_delivery(
        second.delivery, DeliveryState.SENT, outcome="accepted", reference="r", accepted=True
    )
    assert not move_delivery(first.delivery, DeliveryState.FAILED, outcome="hung up")
    row = Delivery.objects.get()
    assert (row.state, row.provider_ref) == ("sent", "r")


def test_what_a_vendor_took_late_is_not_sent_again(now: datetime) -> None:
    found = taken(queued(), now)
    assert found is not None
    Delivery.objects.update(state="queued", lease_until=now + 2 * LEASE)
    assert move_delivery(found.delivery, DeliveryState.SENT, outcome="accepted", accepted=True)
    assert taken(str(found.delivery.pk), now + 3 * LEASE) is None


@postgres_only
def test_a_row_that_somebody_holds_is_not_waited_for(now: datetime) -> None:
    """What is read with the claim would be as old as the wait: a switch would come too late."""
    pk = queued()
    locked, ended = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Delivery.objects.select_for_update().get(pk=pk)
                locked.set()
                ended.wait(20)
        finally:
            connection.close()

    thread = Thread(target=hold)
    thread.start()
    try:
        assert locked.wait(20)
        assert taken(pk, now) is None
    finally:
        ended.set()
        thread.join()
    assert taken(pk, now) is not None


def test_two_deliveries_of_a_provider_never_have_one_reference(now: datetime) -> None:
    first = taken(queued(), now)
    stopped().start()
    second = taken(str(Delivery.objects.get(state="queued").pk), now)
    assert first is not None
    assert second is not None
    move_delivery(first.delivery, DeliveryState.SENT, outcome="accepted", reference="r")
    with pytest.raises(IntegrityError), transaction.atomic():
        move_delivery(second.delivery, DeliveryState.SENT, outcome="accepted", reference="r")


def test_the_timer_is_set_in_the_row_and_in_hand(now: datetime) -> None:
    queued()
    challenge = Challenge.objects.get()
    set_due(challenge, now)
    assert challenge.due_at == now == Challenge.objects.get().due_at


def test_without_the_store_nothing_is_taken(now: datetime) -> None:
    pk = queued()

    def away(*_: object) -> None:
        raise DatabaseError("away")

    with connection.execute_wrapper(away), pytest.raises(DatabaseError):
        taken(pk, now)
    assert Delivery.objects.get().state == "queued"


@postgres_only
def test_a_claim_waits_for_the_disk(now: datetime) -> None:
    """A message may have left that a server which died knows nothing of, otherwise."""
    pk = queued()
    with CaptureQueriesContext(connection) as seen:
        assert taken(pk, now)
    assert seen.captured_queries
    assert "synchronous_commit" not in str(seen.captured_queries)
