"""One question tells which parts of the sweep have anything to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from otpguard.flows.due import STALE_AFTER, due
from otpguard.flows.notice.notify import notify
from otpguard.models import Challenge, Delivery, Notice
from otpguard.notices.kinds import NoticeKind
from otpguard.testing import send_notices, send_queued
from tests import factories
from tests.flows.setting import stopped

pytestmark = pytest.mark.django_db(transaction=True)
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def now() -> datetime:
    """A moment at which a challenge was sent and a notice too, and nothing is due."""
    who = stopped()
    who.start()
    send_queued()
    notify(facts=who.facts, kind=NoticeKind.RECOVERY_ISSUED, user_id=who.facts.user)
    send_notices()
    Challenge.objects.update(due_at=None)
    return timezone.now()


def lapse(model: type[Delivery | Notice], state: str, now: datetime) -> int:
    """Let the lease of its rows end right before now."""
    return int(model._default_manager.update(state=state, lease_until=now - MOMENT))


def test_mostly_nothing_is_due(now: datetime) -> None:
    assert due(now) == frozenset()


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda now: Challenge.objects.update(due_at=now), "fell_back"),
        (lambda now: Challenge.objects.update(expires_at=now), "expired"),
        (
            lambda now: Delivery.objects.update(
                state="queued", lease_until=None, created_at=now - STALE_AFTER - MOMENT
            ),
            "requeued",
        ),
        (lambda now: lapse(Delivery, "queued", now), "requeued"),
        (lambda now: lapse(Delivery, "sending", now), "requeued"),
        (lambda now: Delivery.objects.update(status_call_at=now), "vendor_calls"),
        (lambda now: Delivery.objects.update(closing_call_at=now), "vendor_calls"),
        (lambda now: lapse(Notice, "queued", now), "notices"),
        (lambda now: lapse(Notice, "sending", now), "notices"),
        (
            lambda now: Notice.objects.update(
                state="queued", lease_until=None, created_at=now - STALE_AFTER - MOMENT
            ),
            "notices",
        ),
    ],
)
def test_what_is_due_is_seen_when_it_is(
    now: datetime, change: Callable[[datetime], int], part: str
) -> None:
    assert change(now + timedelta(minutes=1)) > 0
    assert part not in due(now)
    assert due(now + timedelta(minutes=1)) == {part}


def test_what_is_over_or_under_way_is_not_due(now: datetime) -> None:
    challenge = Challenge.objects.get()
    factories.age(challenge, state="canceled", due_at=now, expires_at=now)
    Delivery.objects.update(state="sending", lease_until=now + MOMENT)
    assert due(now) == frozenset()


def test_without_the_store_it_raises(now: datetime) -> None:
    def away(*_: object) -> None:
        raise DatabaseError("away")

    with connection.execute_wrapper(away), pytest.raises(DatabaseError):
        due(now)
