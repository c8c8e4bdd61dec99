"""What waits at a transmitter is fetched, acknowledged, and taken in once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from otpguard.flows.federation.poll_signals import MOST_EVENTS, MOST_ROUNDS, poll_stream
from otpguard.models import Grant, SignalStream
from tests.signaling import Heard, Transmitter, heard, transmitter

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[Transmitter]:
    with transmitter() as running:
        yield running


@pytest.fixture
def here(server: Transmitter) -> Heard:
    return heard(server)


def poll(here: Heard) -> int:
    return poll_stream(stream_id=str(here.stream.pk), now=timezone.now())


def test_what_waits_is_taken_in_and_acknowledged(here: Heard) -> None:
    here.grant()
    here.server.waiting = {"t-1": here.server.token(jti="t-1")}
    assert poll(here) == 1
    assert not Grant.objects.filter(revoked_at=None).exists()
    first, second = here.server.polls
    assert first == {"maxEvents": MOST_EVENTS, "returnImmediately": True, "ack": [], "setErrs": {}}
    assert second["ack"] == ["t-1"]
    assert here.server.secrets == ["Bearer p0ll"] * 2


def test_a_lost_acknowledgment_ends_nothing_twice(here: Heard) -> None:
    token = here.server.token(jti="t-1")
    here.server.waiting = {"t-1": token}
    poll(here)
    here.server.waiting = {"t-1": token}
    grant = here.grant()
    assert poll(here) == 0
    grant.refresh_from_db()
    assert grant.revoked_at is None


def test_what_does_not_count_is_refused_by_its_code_and_the_rest_goes_on(here: Heard) -> None:
    waiting: dict[str, Any] = {
        "t-1": here.server.token(jti="t-1", iss="https://other.example"),
        "t-2": here.server.token(jti="t-2"),
        "t-3": 7,
    }
    here.server.waiting = waiting
    assert poll(here) == 1
    last = here.server.polls[-1]
    assert last["ack"] == ["t-2"]
    assert {key: said["err"] for key, said in last["setErrs"].items()} == {
        "t-1": "invalid_issuer",
        "t-3": "invalid_request",
    }


@pytest.mark.parametrize("answer", [b"{", b"[]", b'{"sets": []}', b" " * 70_000])
def test_an_answer_that_is_none_leaves_a_note_on_the_row(here: Heard, answer: bytes) -> None:
    here.server.answer = answer
    assert poll(here) == 0
    assert SignalStream.objects.get().trouble == "poll"


def test_a_transmitter_that_is_down_or_gone_is_asked_again_later(here: Heard) -> None:
    here.server.is_down = True
    assert poll(here) == 0
    SignalStream.objects.update(poll_url="http://127.0.0.1:9/")
    assert poll(here) == 0


def test_while_its_keys_cannot_be_read_nothing_is_acknowledged(here: Heard) -> None:
    SignalStream.objects.update(jwks="http://127.0.0.1:9/jwks")
    here.server.waiting = {"t-1": here.server.token(jti="t-1")}
    assert poll(here) == 0
    assert list(here.server.waiting) == ["t-1"]
    assert SignalStream.objects.get().trouble == "keys"


def test_a_flood_ends_with_the_task(here: Heard) -> None:
    here.server.answer = b'{"sets": {"t": "x"}}'
    assert poll(here) == 0
    assert len(here.server.polls) == MOST_ROUNDS


def test_a_stream_that_is_off_or_pushes_is_not_asked(here: Heard) -> None:
    SignalStream.objects.update(enabled=False)
    assert poll(here) == 0
    SignalStream.objects.update(enabled=True, poll_url="")
    assert poll(here) == 0
    assert here.server.polls == []
