"""The sweep wakes a stream that has news, once, and leaves the others alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.flows.due import due
from otpguard.flows.siem.due_streams import IDLE, enqueue_due_streams
from otpguard.models import DeadLetter, LogStream, Tenant
from tests import factories
from tests.flows.audit.logging import write
from tests.flows.siem.streaming import stream_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


def quiet(tenant: Tenant | None) -> LogStream:
    """A stream that has sent all and need not be read to its end yet."""
    now = timezone.now()
    return stream_of(tenant, xact=2**60, look_at=now + timedelta(hours=1), next_at=now)


def test_a_stream_with_news_is_enqueued_once(tenant: Tenant) -> None:
    stream, now = stream_of(tenant, next_at=timezone.now()), timezone.now()
    write(tenant.pk)
    assert "streams" in due(now)
    assert enqueue_due_streams(now) == 1
    assert enqueue_due_streams(now) == 0
    assert enqueue_due_streams(now + timedelta(seconds=6)) == 1, "the task may have been lost"
    stream.refresh_from_db()
    assert stream.queued_until is not None


@pytest.mark.parametrize("own", [True, False])
def test_one_without_news_is_looked_at_later(tenant: Tenant, *, own: bool) -> None:
    write(tenant.pk)
    stream, now = quiet(tenant if own else None), timezone.now()
    assert enqueue_due_streams(now) == 0
    stream.refresh_from_db()
    assert stream.next_at == now + IDLE


def test_news_of_another_tenant_are_none_but_for_the_site(tenant: Tenant) -> None:
    hour = timezone.now() + timedelta(hours=1)
    stream_of(tenant, look_at=hour)
    write(factories.tenant().pk)
    assert enqueue_due_streams(timezone.now()) == 0
    stream_of(None, look_at=hour)
    assert enqueue_due_streams(timezone.now()) == 1


def test_each_is_read_to_its_end_once_a_minute(tenant: Tenant) -> None:
    quiet(tenant)
    LogStream.objects.update(look_at=timezone.now())
    assert enqueue_due_streams(timezone.now()) == 1


def test_a_refused_event_that_is_to_be_sent_again_is_news(tenant: Tenant) -> None:
    stream = quiet(tenant)
    DeadLetter.objects.create(stream=stream, event=stream.pk, replay_at=timezone.now())
    assert enqueue_due_streams(timezone.now()) == 1


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "paused"},
        {"next_at": timedelta(hours=1)},
        {"lease_until": timedelta(seconds=30)},
    ],
)
def test_a_stream_that_is_paused_waits_or_is_being_sent_is_left_alone(
    tenant: Tenant, columns: dict[str, object]
) -> None:
    write(tenant.pk)
    now = timezone.now()
    stream_of(tenant)
    values = {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in columns.items()
    }
    LogStream.objects.update(**values)
    assert enqueue_due_streams(now) == 0
