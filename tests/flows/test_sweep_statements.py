"""A round of the sweep costs as many statements for a hundred rows as for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.flows.notice.notify import notify
from otpguard.flows.sweep import Swept, sweep
from otpguard.models import Challenge, Delivery, Notice, Usage
from otpguard.notices.kinds import NoticeKind
from otpguard.testing import send_queued
from tests import factories
from tests.flows.delivery.setting import providers
from tests.flows.setting import stopped
from tests.growth import multiply
from tests.models.rows import postgres_only

pytestmark = [pytest.mark.django_db(transaction=True), postgres_only]

HUNDRED = 100
MOST = 12
TENANTS = 5


@pytest.fixture
def now(settings: Any) -> datetime:
    """A moment at which a hundred codes of some tenants are on their way."""
    settings.OTPGUARD = providers(sms="accepted", whatsapp="delivered", voice="delivered")
    for _ in range(TENANTS):
        stopped().start()
    send_queued()
    for sent in Delivery.objects.select_related("challenge"):
        times = HUNDRED // TENANTS - 1
        same = f"md5('{sent.challenge_id}' || n)::uuid"
        multiply(sent.challenge, times, id=same)
        multiply(sent, times, challenge_id=same, provider_ref=f"'{sent.pk}' || n")
    Challenge.objects.update(due_at=None)
    assert Challenge.objects.count() == Delivery.objects.count() == HUNDRED
    return timezone.now()


def timers(now: datetime) -> Swept:
    Challenge.objects.update(due_at=now)
    return Swept(fell_back=HUNDRED)


def timers_without_a_next_step(now: datetime) -> Swept:
    timers(now)
    Challenge.objects.filter(story=Challenge.objects.first().story).update(step=2)
    return Swept(fell_back=HUNDRED)


def lost(now: datetime) -> Swept:
    Delivery.objects.update(state="queued", created_at=now - timedelta(seconds=5))
    return Swept(requeued=HUNDRED)


def over(now: datetime) -> Swept:
    Challenge.objects.update(expires_at=now)
    return Swept(expired=HUNDRED)


def calls(now: datetime) -> Swept:
    Delivery.objects.update(status_call_at=now)
    return Swept(vendor_calls=HUNDRED)


def notices(now: datetime) -> Swept:
    who = factories.user()
    notify(facts=factories.facts(who), kind=NoticeKind.RECOVERY_ISSUED, user_id=str(who.pk))
    row = Notice.objects.get()
    multiply(row, HUNDRED - 1)
    Notice.objects.update(created_at=now - timedelta(minutes=1))
    return Swept(notices=HUNDRED)


@pytest.mark.parametrize(
    "work",
    [timers, timers_without_a_next_step, lost, over, calls, notices],
    ids=lambda work: work.__name__,
)
def test_a_hundred_that_are_due_cost_no_more_than_a_dozen_statements(
    now: datetime, work: Callable[[datetime], Swept]
) -> None:
    expected = work(now)
    with CaptureQueriesContext(connection) as seen:
        found = sweep(now=now)
    run = [query["sql"] for query in seen if query["sql"] not in {"BEGIN", "COMMIT"}]
    assert found == expected
    assert len(run) <= MOST, [sql[:90] for sql in run]


def test_a_hundred_timers_are_charged_to_their_tenants_each(now: datetime) -> None:
    before = Usage.objects.filter(cap="tenant").count()
    timers(now)
    sweep(now=now)
    assert Usage.objects.filter(cap="tenant").count() == before + HUNDRED
    assert Delivery.objects.filter(step=1, state="queued").count() == HUNDRED
