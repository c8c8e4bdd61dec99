"""The progress of a challenge is read in one statement, and is the page's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from otpguard.core.challenge import DeliveryState
from otpguard.flows.challenge.progress import progress_of, read_progress
from otpguard.models import Challenge, Delivery
from tests import factories
from tests.web.stepup.showing import ROUTES, challenge

QUEUED, SENT, DELIVERED = DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.DELIVERED
FAILED = DeliveryState.FAILED
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


def send(row: Challenge, *states: DeliveryState) -> None:
    for step, state in enumerate(states):
        route = ROUTES[step]
        Delivery.objects.create(
            challenge=row,
            step=step,
            channel=route["channel"],
            provider=route["provider"],
            state=state.value,
        )


def found(row: Challenge, **later: Any) -> dict[str, Any]:
    progress = read_progress(row.pk, now=timezone.now() + timedelta(**later))
    assert progress is not None
    return progress.document()


def test_it_is_read_in_one_statement(django_assert_num_queries: Any) -> None:
    row = challenge(step=1)
    send(row, FAILED, SENT)
    with django_assert_num_queries(1):
        assert found(row)["step"] == 1


@pytest.mark.parametrize(
    "states", [[], [QUEUED], [SENT], [DELIVERED], [FAILED, SENT], [DELIVERED, FAILED]]
)
@pytest.mark.parametrize("undeliverable", [False, True])
def test_the_address_and_the_page_tell_the_same(
    states: list[DeliveryState], undeliverable: bool
) -> None:
    now = timezone.now()
    row = challenge(step=max(0, len(states) - 1), undeliverable=undeliverable, due_at=now + MINUTE)
    send(row, *states)
    shown = progress_of(row, list(row.deliveries.order_by("step")), now=now)
    assert read_progress(row.pk, now=now) == shown


@pytest.mark.parametrize(
    ("state", "due", "plan", "slow"),
    [
        (SENT, True, ROUTES, True),
        (SENT, False, ROUTES, False),
        (SENT, True, ROUTES[:1], False),
        (QUEUED, True, ROUTES, False),
        (DELIVERED, True, ROUTES, False),
    ],
)
def test_it_is_slow_while_another_way_waits_for_a_confirmation(
    state: DeliveryState, due: bool, plan: list[dict[str, Any]], slow: bool
) -> None:
    row = challenge(plan=plan, due_at=timezone.now() + MINUTE if due else None)
    send(row, state)
    assert found(row)["slow"] is slow


def test_past_its_end_an_open_one_is_told_to_be_expired() -> None:
    assert found(challenge(), minutes=10)["state"] == "expired"


@pytest.mark.parametrize(("seconds", "known"), [(59, True), (61, False)])
def test_its_end_is_told_for_a_minute(seconds: int, known: bool) -> None:
    row = challenge()
    later = row.expires_at + timedelta(seconds=seconds)
    assert (read_progress(row.pk, now=later) is not None) is known
    closed = timezone.now() - timedelta(seconds=seconds)
    factories.age(row, state="canceled", closed_at=closed)
    assert (read_progress(row.pk, now=timezone.now()) is not None) is known


def test_an_unknown_one_has_no_progress() -> None:
    assert read_progress(uuid4(), now=timezone.now()) is None


def test_the_etag_is_the_same_while_only_seconds_pass() -> None:
    row, now = challenge(), timezone.now()
    send(row, SENT)

    def etag(after: float) -> str:
        progress = read_progress(row.pk, now=now + timedelta(seconds=after))
        assert progress is not None
        return progress.etag()

    first = etag(0)
    assert etag(10) == first
    assert etag(31) != first  # the wait is over
    Delivery.objects.update(state=DELIVERED.value)
    assert etag(10) != first
