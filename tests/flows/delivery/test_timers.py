"""The rows of timers: those that are due are taken once, and what was decided is written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from otpguard.flows.delivery.timers import Decided, read_sent, take_due, write_decided
from otpguard.models import Challenge, Delivery
from otpguard.testing import send_queued
from tests import factories
from tests.flows.delivery.setting import providers
from tests.flows.setting import stopped

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _routes(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="accepted")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def started(due: datetime | None = None, **changed: Any) -> Challenge:
    challenge = stopped().start()
    send_queued()
    factories.age(challenge, due_at=due, **changed)
    challenge.refresh_from_db()
    return challenge


def taken(now: datetime, *, most: int = 100, one_tenant: bool = False) -> list[Challenge]:
    with transaction.atomic():
        return take_due(now, most=most, one_tenant=one_tenant)


def test_those_that_are_due_are_taken_the_longest_due_first(now: datetime) -> None:
    second, first = started(now), started(now - SECOND)
    started()
    started(now + SECOND)
    started(now, state="verified")
    started(now, expires_at=now)
    assert taken(now) == [first, second]
    assert taken(now, most=1) == [first]


def test_of_one_tenant_at_a_time_the_first_ones_are_taken(now: datetime) -> None:
    mine, other = started(now - SECOND), started(now)
    assert taken(now, one_tenant=True) == [mine]
    factories.age(mine, due_at=None)
    assert taken(now, one_tenant=True) == [other]
    factories.age(other, tenant=None)
    assert taken(now, one_tenant=True) == [other]
    factories.age(other, due_at=None)
    assert taken(now, one_tenant=True) == []


def test_what_is_taken_is_what_the_rows_say(now: datetime) -> None:
    known = started(now)
    (found,) = taken(now)
    for name in ("plan", "step", "sends", "tenant_id", "user_id", "story", "enrolls", "due_at"):
        assert getattr(found, name) == getattr(known, name), name
    assert found.origin == known.origin


def test_what_was_sent_is_told_by_challenge(now: datetime) -> None:
    quiet, failed, arrived, remote = (started(now) for _ in range(4))
    Delivery.objects.filter(challenge=failed).update(state="failed", failure="invalid_number")
    Delivery.objects.filter(challenge=arrived).update(state="delivered")
    Delivery.objects.filter(challenge=remote).update(remote=True)
    sent = read_sent([quiet, failed, arrived, remote])
    assert sent[quiet.pk] == []
    assert [row.failure for row in sent[failed.pk]] == ["invalid_number"]
    assert [row.state for row in sent[arrived.pk]] == ["delivered"]
    assert [row.remote for row in sent[remote.pk]] == [True]
    assert read_sent([]) == {}


def test_what_was_decided_stands_in_the_rows_and_in_hand(now: datetime) -> None:
    going, over, there = (started(now) for _ in range(3))
    going.plan = [going.plan[0], {**going.plan[1], "unasked": True}]
    with transaction.atomic():
        write_decided(Decided(went=[going], given_up=[over], left=[there]), now=now)
    rows = {row.pk: row for row in Challenge.objects.all()}
    for challenge in (going, over, there):
        row = rows[challenge.pk]
        for name in ("plan", "step", "sends", "last_sent_at", "undeliverable", "due_at"):
            assert getattr(row, name) == getattr(challenge, name), name
        assert row.due_at is None
    assert (going.step, going.sends, going.last_sent_at) == (1, 2, now)
    assert (over.step, over.undeliverable) == (0, True)
    assert (there.step, there.sends, there.undeliverable) == (0, 1, False)
