"""Sending: in order, one at a time, at least once, past what is refused, and never lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard.core.siem.answer import SinkAnswer
from otpguard.core.siem.sent_event import SentEvent
from otpguard.flows.siem.send import EVERY, MOST_REFUSALS, TURN, send_stream
from otpguard.models import DeadLetter, Event, LogStream, Notice, Tenant
from otpguard.notices.kinds import NoticeKind
from tests import factories
from tests.flows.audit.logging import write
from tests.flows.siem.streaming import Clock, Hand, down, refusing, send, stream_of, uid_of
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


def events_of(tenant: Tenant | None) -> list[str]:
    rows = Event.objects.filter(tenant_id=tenant.pk if tenant else None)
    return [str(pk) for pk in rows.order_by("xact", "id").values_list("pk", flat=True)]


def test_every_event_arrives_once_in_order_and_the_cursor_follows(tenant: Tenant) -> None:
    stream, hand = stream_of(tenant), Hand()
    for number in (1, 2, 5):
        write(tenant.pk, number)
    assert send(stream, hand) == 8
    assert hand.ids == events_of(tenant)
    assert (stream.sent, stream.lease_until, stream.failures) == (8, None, 0)
    assert send(stream, hand) == 0, "it is not due"
    write(tenant.pk)
    LogStream.objects.update(next_at=timezone.now())
    assert send(stream, hand) == 1
    assert hand.ids == events_of(tenant)


def test_of_another_tenant_and_of_the_site_nothing_is_sent(tenant: Tenant) -> None:
    other, hand = factories.tenant(), Hand()
    for whose in (other.pk, None, other.pk):
        write(whose)
    [mine] = write(tenant.pk)
    stream = stream_of(tenant)
    assert send(stream, hand) == 1
    assert hand.ids == [str(mine)]


def test_a_stream_of_the_site_gets_everything_but_what_must_stay_elsewhere(tenant: Tenant) -> None:
    bound = factories.tenant(tags=["EU-only"])
    near = [*write(None), *write(tenant.pk)]
    [far] = write(bound.pk)
    hand = Hand()
    send(stream_of(None, region="US"), hand)
    assert hand.ids == [str(each) for each in near]
    inner = Hand()
    send(stream_of(None, region="EU"), inner)
    assert inner.ids == [str(each) for each in (*near, far)]


def test_what_is_sent_is_the_event_in_ocsf(tenant: Tenant) -> None:
    [written] = write(tenant.pk)
    seen: list[SentEvent] = []

    def rule(events: Sequence[SentEvent]) -> SinkAnswer:
        seen.extend(events)
        return SinkAnswer(taken=len(events))

    send(stream_of(tenant), Hand(rule))
    [event] = seen
    assert (event.id, uid_of(event), event.kind) == (str(written), event.id, "checkpoint.denied")
    assert (event.tenant, event.facts["actor"]) == (str(tenant.pk), "7")


def test_a_worker_that_dies_after_sending_sends_the_batch_again(tenant: Tenant) -> None:
    write(tenant.pk, 3)
    stream, hand, clock = stream_of(tenant), Hand(), Clock()

    def dies(events: Sequence[SentEvent]) -> SinkAnswer:
        hand.batches.append([event.id for event in events])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(stream, Hand(dies), clock)
    assert send(stream, hand, clock) == 0, "its lease is still running"
    clock.move(seconds=31)
    assert send(stream, hand, clock) == 3
    assert hand.batches == [events_of(tenant), events_of(tenant)]


def test_one_whose_lease_is_over_moves_nothing(tenant: Tenant) -> None:
    write(tenant.pk, 2)
    stream, clock = stream_of(tenant), Clock()
    second = Hand()

    def slow(events: Sequence[SentEvent]) -> SinkAnswer:
        clock.move(seconds=31)
        assert send(stream, second, clock) == 2
        return SinkAnswer(trouble="no answer: ReadTimeout")

    send(stream, Hand(slow), clock)
    assert second.ids == events_of(tenant)
    assert (stream.failures, stream.sent) == (0, 2)


@postgres_only
def test_of_two_workers_at_once_one_sends(tenant: Tenant) -> None:
    write(tenant.pk, 20)
    stream, hand, barrier = stream_of(tenant), Hand(), Barrier(2)

    def work() -> None:
        barrier.wait()
        send(LogStream.objects.get(pk=stream.pk), hand)
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hand.ids == events_of(tenant)


@postgres_only
def test_an_event_that_is_committed_late_is_not_passed_over(tenant: Tenant) -> None:
    stream, hand = stream_of(tenant), Hand()
    started, go_on = Barrier(2), Barrier(2)

    def late() -> None:
        with transaction.atomic():
            write(tenant.pk)
            started.wait()
            go_on.wait()
        connection.close()

    thread = Thread(target=late)
    thread.start()
    started.wait()
    write(tenant.pk)
    from_the_start = send_without_waiting(stream, hand)
    go_on.wait()
    thread.join()
    assert from_the_start == 0, "the younger one waits for the older"
    LogStream.objects.update(next_at=timezone.now())
    assert send(stream, hand) == 2
    assert hand.ids == events_of(tenant)


def send_without_waiting(stream: LogStream, hand: Hand) -> int:
    return send_stream(stream_id=str(stream.pk), clock=timezone.now, hand=hand)


def test_a_receiver_that_is_away_is_waited_for_and_gets_all(tenant: Tenant) -> None:
    write(tenant.pk, 4)
    stream, hand, clock = stream_of(tenant), Hand(down), Clock()
    waits = []
    for _ in range(12):
        assert send(stream, hand, clock) == 0
        waits.append(stream.next_at - clock.now)
        clock.now = stream.next_at
    assert waits[0] <= timedelta(seconds=2)
    assert timedelta(seconds=450) <= waits[-1] <= timedelta(seconds=900)
    assert (stream.failures, stream.trouble, stream.sent) == (12, "HTTP 503", 0)
    hand.rule = lambda events: SinkAnswer(taken=len(events))
    hand.batches.clear()
    write(tenant.pk)
    assert send(stream, hand, clock) >= 5
    assert hand.ids[:4] == events_of(tenant)[:4]
    assert (stream.failures, stream.failing_since, stream.trouble) == (0, None, "")


def test_people_are_told_once_of_an_outage_and_its_end_is_an_event(tenant: Tenant) -> None:
    factories.member(tenant, roles=["admin"])
    write(tenant.pk)
    stream, hand, clock = stream_of(tenant), Hand(down), Clock()
    for minutes in (0, 14, 2, 30):
        clock.move(minutes=minutes)
        LogStream.objects.update(next_at=clock.now)
        send(stream, hand, clock)
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds.count("siem.failed") == 1
    assert Notice.objects.filter(kind=NoticeKind.STREAM_FAILS).count() == 1
    clock.move(minutes=30)
    hand.rule = lambda events: SinkAnswer(taken=len(events))
    send(stream, hand, clock)
    assert Event.objects.filter(kind="siem.recovered").count() == 1


def test_an_event_that_is_refused_for_good_becomes_a_dead_letter_and_the_rest_goes_on(
    tenant: Tenant,
) -> None:
    written = write(tenant.pk, 9)
    stream, bad = stream_of(tenant), written[4]
    hand = Hand(refusing(bad))
    assert send(stream, hand) == 9, "the eight others, and the event about the refusal"
    letter = DeadLetter.objects.get()
    assert (letter.event, letter.reason) == (bad, "HTTP 400")
    taken = [batch for batch in hand.batches if str(bad) not in batch]
    said = Event.objects.get(kind="siem.refused")
    assert [each for batch in taken for each in batch] == [
        str(each) for each in (*written, said.pk) if each != bad
    ]
    assert str(bad) in said.body


def test_a_receiver_that_refuses_everything_is_at_fault_and_nothing_more_is_given_up(
    tenant: Tenant,
) -> None:
    write(tenant.pk, 40)
    stream = stream_of(tenant)
    hand = Hand(lambda _events: SinkAnswer(trouble="HTTP 400", too_much=True))
    send(stream, hand)
    assert DeadLetter.objects.count() == MOST_REFUSALS
    assert stream.trouble.startswith("it refuses every event")
    assert stream.failures == 1
    clock = Clock()
    clock.move(hours=1)
    send(stream, hand, clock)
    assert DeadLetter.objects.count() == MOST_REFUSALS


def test_what_elastic_refuses_in_the_middle_is_kept_and_the_rest_is_taken(tenant: Tenant) -> None:
    written = write(tenant.pk, 5)
    stream = stream_of(tenant)
    answers = [SinkAnswer(taken=3, refused={1: "item 400"}, trouble="item 429", wait=7)]
    hand = Hand(lambda events: answers.pop() if answers else SinkAnswer(taken=len(events)))
    clock = Clock()
    assert send(stream, hand, clock) == 2
    assert (stream.event, stream.next_at) == (written[2], clock.now + timedelta(seconds=7))
    assert DeadLetter.objects.get().event == written[1]
    clock.move(seconds=8)
    assert send(stream, hand, clock) == 3, "with the event about the refusal"


def test_a_refused_event_is_sent_again_when_somebody_asks(tenant: Tenant) -> None:
    [bad] = write(tenant.pk)
    stream = stream_of(tenant)
    send(stream, Hand(refusing(bad)))
    DeadLetter.objects.update(replay_at=timezone.now())
    clock, hand = Clock(), Hand()
    clock.move(seconds=10)
    send(stream, hand, clock)
    assert hand.batches[0] == [str(bad)]
    assert not DeadLetter.objects.exists()


def test_a_replay_that_is_refused_again_stays_and_one_that_fails_waits(tenant: Tenant) -> None:
    [bad] = write(tenant.pk)
    stream, clock = stream_of(tenant), Clock()
    send(stream, Hand(refusing(bad)), clock)
    for rule, left in ((refusing(bad), None), (down, clock.now)):
        clock.move(hours=1)
        DeadLetter.objects.update(replay_at=clock.now)
        send(stream, Hand(rule), clock)
        letter = DeadLetter.objects.get()
        assert (letter.replay_at is None) == (left is None)
    assert stream.failures == 1


def test_a_stream_that_is_paused_in_the_middle_sends_no_second_batch(tenant: Tenant) -> None:
    write(tenant.pk, 600)
    stream = stream_of(tenant)

    def rule(events: Sequence[SentEvent]) -> SinkAnswer:
        LogStream.objects.update(state=LogStream.State.PAUSED)
        return SinkAnswer(taken=len(events))

    assert send(stream, Hand(rule)) == 500
    assert stream.sent == 500, "what was taken counts"
    LogStream.objects.update(lease_until=None, next_at=timezone.now())
    assert send(stream, Hand(rule)) == 0


def test_a_long_turn_ends_and_the_next_one_goes_on_at_once(tenant: Tenant) -> None:
    write(tenant.pk, 1200)
    stream, clock = stream_of(tenant), Clock()

    def slow(events: Sequence[SentEvent]) -> SinkAnswer:
        clock.move(seconds=TURN.total_seconds())
        return SinkAnswer(taken=len(events))

    hand = Hand(slow)
    assert send(stream, hand, clock) == 1000
    assert (stream.lease_until, stream.next_at) == (None, clock.now)
    assert send(stream, hand, clock) == 200
    assert stream.next_at == clock.now + EVERY


def test_a_stream_that_is_gone_sends_nothing() -> None:
    row = LogStream(pk=UUID(int=5))
    hand = Hand()
    assert send_without_waiting(row, hand) == 0
    assert hand.batches == []


@pytest.mark.slow
def test_ten_thousand_events_behind_are_sent_in_order(tenant: Tenant) -> None:
    for _ in range(10):
        write(tenant.pk, 1000)
    stream, hand = stream_of(tenant), Hand()
    while send(stream, hand):
        LogStream.objects.update(next_at=timezone.now())
    assert hand.ids == events_of(tenant)
    assert stream.sent == 10_000
