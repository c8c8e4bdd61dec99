"""The sweep fires due timers, revives lost deliveries and closes what is over, each once."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.audience import STILL_TOLD
from otpguard.core.outcome import Accepted
from otpguard.flows import sweep as sweep_module
from otpguard.flows.due import LEASE
from otpguard.flows.notice.notify import CALLED_AGAIN_AFTER, WAITS, notify, send_notice
from otpguard.flows.sweep import RECEIPTS_KEPT, Swept, purge_old_rows, sweep
from otpguard.models import (
    Challenge,
    Delivery,
    Event,
    KeptForm,
    Notice,
    NoticeEmail,
    Receipt,
    SpendCharge,
    SpendWindow,
)
from otpguard.models.fields import Encrypted
from otpguard.notices.kinds import NoticeKind
from otpguard.testing import send_notices, send_queued
from tests import factories
from tests.excepting import grant, set_floor
from tests.flows.delivery.setting import providers
from tests.flows.setting import stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def silent(settings: Any) -> Challenge:
    """A challenge whose first route accepted and never sent a receipt."""
    settings.OTPGUARD = providers(sms="accepted", whatsapp="delivered")
    challenge = stopped().start()
    send_queued()
    challenge.refresh_from_db()
    return challenge


def test_a_timer_that_is_not_due_does_nothing(silent: Challenge) -> None:
    assert sweep(now=timezone.now()) == Swept()
    assert len(SENT) == 1


def test_a_due_timer_takes_the_next_channel(silent: Challenge) -> None:
    assert silent.due_at is not None
    assert sweep(now=silent.due_at) == Swept(fell_back=1)
    send_queued()
    assert [m.channel for m in SENT] == ["sms", "whatsapp"]
    assert SENT[0].code == SENT[1].code
    assert sweep(now=silent.due_at) == Swept(), "each timer fires once"


def test_a_burst_of_timers_is_taken_in_one_round(
    silent: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = silent.due_at
    assert now is not None
    for _ in range(4):
        factories.age(stopped().start(), due_at=now)
    monkeypatch.setattr(sweep_module, "BATCH", 2)
    assert sweep(now=now).fell_back == 5
    assert Challenge.objects.filter(step=1).count() == 5


def test_an_answered_challenge_falls_back_no_more(silent: Challenge) -> None:
    factories.age(silent, state="verified")
    assert silent.due_at is not None
    assert sweep(now=silent.due_at).fell_back == 0


def test_of_many_workers_at_once_one_takes_the_step(silent: Challenge) -> None:
    due, start, taken = silent.due_at, Barrier(6), []
    assert due is not None

    def work() -> None:
        start.wait()
        try:
            taken.append(sweep(now=due).fell_back)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 1
    assert Delivery.objects.count() == 2


def test_a_delivery_lost_between_commit_and_broker_is_enqueued_again(redis_client: Any) -> None:
    stopped().start()
    redis_client.flushdb()
    assert sweep(now=timezone.now()).requeued == 0, "it may still be on its way"
    later = timezone.now() + timedelta(seconds=3)
    assert sweep(now=later).requeued == 1
    assert redis_client.llen("celery") == 1
    assert sweep(now=later).requeued == 0, "not again at once"


def test_a_delivery_whose_worker_died_is_enqueued_again(redis_client: Any) -> None:
    stopped().start()
    row = Delivery.objects.get()
    factories.age(row, state="sending", lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep(now=timezone.now()).requeued == 1
    send_queued()
    assert len(SENT) == 1


def test_a_challenge_that_nobody_answered_expires_with_an_event() -> None:
    challenge = stopped().start()
    assert sweep(now=challenge.expires_at).expired == 1
    challenge.refresh_from_db()
    assert challenge.state == "expired"
    assert Event.objects.filter(kind="challenge.expired").count() == 1
    assert sweep(now=challenge.expires_at).expired == 0


def test_kept_forms_past_their_life_are_deleted() -> None:
    user = factories.user()
    now = timezone.now()
    for age, sid in ((timedelta(0), "live"), (timedelta(minutes=11), "over")):
        KeptForm.objects.create(
            sid=sid,
            user=user,
            story="00000000-0000-4000-8000-000000000000",
            path="/",
            body="{}",
            expires_at=now - age + timedelta(minutes=10),
        )
    assert purge_old_rows(now=now) == 1
    assert KeptForm.objects.get().sid == "live"


def told() -> Notice:
    """One notice that was ordered and whose message to the worker was lost."""
    kim = factories.user()
    kind = NoticeKind.RECOVERY_ISSUED
    assert notify(facts=factories.facts(kim), kind=kind, user_id=str(kim.pk)) == 1
    return Notice.objects.get()


def test_a_notice_lost_between_commit_and_broker_is_called_for_again(redis_client: Any) -> None:
    notice = told()
    redis_client.flushdb()
    assert sweep(now=timezone.now()) == Swept(), "it may still be on its way"
    later = timezone.now() + timedelta(seconds=3)
    assert sweep(now=later) == Swept(notices=1)
    assert redis_client.llen("celery") == 1
    assert sweep(now=later) == Swept(), "not again at once"
    later += CALLED_AGAIN_AFTER + timedelta(seconds=1)
    assert sweep(now=later) == Swept(notices=1)
    sent = send_notice(notice_id=str(notice.pk), now=later)
    assert isinstance(sent, Accepted), "what the sweep called for can be taken at once"
    notice.refresh_from_db()
    assert (notice.state, notice.tries) == ("sent", 1)
    assert sweep(now=later + timedelta(days=1)) == Swept()


def test_a_notice_is_called_for_when_its_next_try_is_due(settings: Any, redis_client: Any) -> None:
    settings.OTPGUARD = providers(email="unavailable")
    notice = told()
    send_notices()
    notice.refresh_from_db()
    due = notice.lease_until
    assert due is not None
    assert sweep(now=due - timedelta(seconds=1)) == Swept()
    settings.OTPGUARD = providers(email="delivered")
    assert sweep(now=due + timedelta(seconds=1)) == Swept(notices=1)
    assert send_notices() == 0, f"the clock of this process is {WAITS[0]} behind"
    factories.age(notice, lease_until=timezone.now())
    assert send_notices() == 1


def test_a_notice_whose_worker_died_is_called_for_again(redis_client: Any) -> None:
    factories.age(told(), state="sending", lease_until=timezone.now() + LEASE, tries=1)
    assert sweep(now=timezone.now()) == Swept()
    assert sweep(now=timezone.now() + LEASE + timedelta(seconds=1)) == Swept(notices=1)


def test_emails_removed_long_ago_are_deleted() -> None:
    now, kim = timezone.now(), factories.user()
    for removed_at in (None, now, now - STILL_TOLD):
        NoticeEmail.objects.create(
            user=kim, email="kim@example.org", email_index="i", removed_at=removed_at
        )
    assert purge_old_rows(now=now) == 1
    assert NoticeEmail.objects.count() == 2


def test_receipts_of_vendors_are_deleted_after_thirty_days() -> None:
    now = timezone.now()
    for number, age in enumerate((timedelta(0), RECEIPTS_KEPT - timedelta(seconds=1))):
        Receipt.objects.create(provider="a", digest=str(number), state="sent", at=now - age)
    Receipt.objects.create(provider="a", digest="old", state="sent", at=now - RECEIPTS_KEPT)
    assert purge_old_rows(now=now) == 1
    assert Receipt.objects.count() == 2


def test_exceptions_that_have_expired_are_closed(settings: Any) -> None:
    set_floor(settings)
    row = grant(factories.tenant())
    purge_old_rows(now=row.expires_at - timedelta(seconds=1))
    row.refresh_from_db()
    assert row.ended_at is None
    purge_old_rows(now=row.expires_at + timedelta(minutes=1))
    row.refresh_from_db()
    assert row.ended_at == row.expires_at


def test_a_long_queue_is_not_made_longer_by_calling_again_and_again() -> None:
    stopped().start()
    began = Delivery.objects.get().created_at
    calls = []
    for tenth in range(600):
        now = began + timedelta(seconds=tenth / 10)
        if sweep(now=now).requeued:
            calls.append(tenth / 10)
    assert calls == [2.1, 4.3, 8.7, 17.5, 35.1]


def test_a_lapsed_lease_is_called_for_at_once_however_old_it_is() -> None:
    stopped().start()
    row = Delivery.objects.get()
    factories.age(row, state="sending", lease_until=row.created_at + timedelta(seconds=30))
    lapsed = row.created_at + timedelta(seconds=31)
    assert sweep(now=lapsed).requeued == 1
    row.refresh_from_db()
    assert row.state == "queued"


def test_a_part_that_fails_stops_no_other_and_is_told(silent: Challenge) -> None:
    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if f'FROM "{Delivery._meta.db_table}"' in sql and not sql.startswith("SELECT EXISTS"):
            raise DatabaseError("away")
        return execute(sql, params, many, context)

    assert silent.due_at is not None
    stopped().start()
    factories.age(silent, expires_at=silent.due_at)
    with connection.execute_wrapper(away), pytest.raises(ExceptionGroup, match="sweep"):
        sweep(now=silent.due_at)
    silent.refresh_from_db()
    assert silent.state == "expired"


def test_a_challenge_whose_key_is_gone_keeps_nobody_elses_timer_from_firing(
    silent: Challenge,
) -> None:
    assert silent.due_at is not None
    Challenge.objects.filter(pk=silent.pk).update(net=Encrypted("not by any key of ours"))
    other = stopped().start()
    send_queued()
    other.refresh_from_db()
    assert other.due_at is not None
    assert sweep(now=max(silent.due_at, other.due_at)) == Swept(fell_back=2)


def test_old_counters_of_money_go_and_those_of_a_habit_stay() -> None:
    now = timezone.now()
    hour = int(now.timestamp()) // 3_600
    for back in (0, 35 * 24, 35 * 24 + 1):
        SpendWindow.objects.create(scope="pool", key="dear", hour=hour - back)
    for back in (48, 49):
        SpendCharge.objects.create(challenge=uuid4(), hour=hour - back, lane="known", micros=1)
    purge_old_rows(now=now)
    assert SpendWindow.objects.count() == 2
    assert SpendCharge.objects.get().hour == hour - 48
