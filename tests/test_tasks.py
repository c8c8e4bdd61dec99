"""A real worker sends what is queued, sweeps what is due and survives a failing round."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.flows.notice.notify import notify
from otpguard.models import Delivery, Event, Notice
from otpguard.notices.kinds import NoticeKind
from otpguard.tasks import Sweeper
from tests import factories
from tests.excepting import grant, set_floor
from tests.flows.audit.aging import aged
from tests.flows.audit.logging import ONE
from tests.flows.setting import stopped

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("worker")]


def test_a_started_challenge_is_sent_by_the_worker(
    transactional_db: None, celery_worker: Any
) -> None:
    stopped().start()
    celery_worker.wait_for(lambda: Delivery.objects.get().state == "delivered")


def test_a_delivery_lost_on_its_way_is_found_by_the_workers_sweep(
    transactional_db: None, celery_worker: Any, redis_client: Any
) -> None:
    """C9: no beat, no countdown; the sweeper thread of the worker does it."""
    challenge = stopped().start()
    celery_worker.wait_for(lambda: Delivery.objects.get().state == "delivered")
    long_ago = timezone.now() - timedelta(minutes=1)
    Delivery.objects.all().delete()
    Delivery.objects.create(
        challenge=challenge, step=0, channel="sms", provider="memory", created_at=long_ago
    )
    celery_worker.wait_for(lambda: Delivery.objects.get().state == "delivered")


def test_a_call_to_a_vendor_that_was_lost_is_made_by_the_worker(
    transactional_db: None, celery_worker: Any
) -> None:
    """This vendor wants to hear nothing and cannot be asked, so the calls are soon settled."""
    stopped().start()
    celery_worker.wait_for(lambda: Delivery.objects.get().state == "delivered")
    lost = timezone.now() - timedelta(minutes=1)
    factories.age(Delivery.objects.get(), closing_call_at=lost, status_call_at=lost)

    def settled() -> bool:
        row = Delivery.objects.get()
        return (row.closing_call_at, row.status_call_at, row.closing_calls, row.status_calls) == (
            None,
            None,
            1,
            1,
        )

    celery_worker.wait_for(settled)


def test_an_ordered_notice_is_sent_by_the_worker(
    transactional_db: None, celery_worker: Any
) -> None:
    kim = factories.user()
    kind = NoticeKind.RECOVERY_ISSUED
    notify(facts=factories.facts(kim), kind=kind, user_id=str(kim.pk))
    celery_worker.wait_for(lambda: Notice.objects.get().state == "sent")


def test_an_expired_challenge_is_closed_by_the_workers_sweep(
    transactional_db: None, celery_worker: Any
) -> None:
    challenge = stopped().start()
    factories.age(challenge, expires_at=timezone.now() - timedelta(seconds=1))

    def closed() -> bool:
        challenge.refresh_from_db()
        return challenge.state == "expired"

    celery_worker.wait_for(closed)


def test_the_round_that_cleans_up_also_reminds_of_exceptions(settings: Any) -> None:
    set_floor(settings)
    row = grant(factories.tenant())
    now = timezone.now()
    factories.age(row, created_at=now - timedelta(days=80), expires_at=now + timedelta(days=10))
    Sweeper()._round(with_purge=False)
    row.refresh_from_db()
    assert row.reminded_at is None
    Sweeper()._round(with_purge=True)
    row.refresh_from_db()
    assert row.reminded_at is not None


def test_the_batch_of_a_quiet_second_also_purges_old_events(transactional_db: None) -> None:
    aged(ONE)
    Sweeper()._purge_batch()
    assert Event.objects.filter(tenant_id=ONE, kind="retention.purged").count() == 1
    assert Event.objects.filter(tenant_id=ONE).count() == 5
