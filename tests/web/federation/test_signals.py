"""The door for pushes: 202 for what is stored, 400 with a code for what does not count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.federation.security_event import LONGEST_EVENT
from otpguard.models import Event, Grant, SignalStream
from otpguard.web.federation.signals import MEDIA_TYPE
from tests.signaling import ALICE, Heard, Transmitter, heard, transmitter
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[Transmitter]:
    with transmitter() as running:
        yield running


@pytest.fixture
def here(server: Transmitter, settings: Any) -> Heard:
    settings.ROOT_URLCONF = "tests.sso_host"
    return heard(server)


def push(here: Heard, token: Any = None, **changed: Any) -> Any:
    given = {"secret": here.secret, "stream": here.stream.pk, "kind": MEDIA_TYPE, **changed}
    return Client().post(
        reverse("otpguard_signals", args=[given["stream"]]),
        here.server.token() if token is None else token,
        content_type=given["kind"],
        headers={"Authorization": f"Bearer {given['secret']}"},
    )


def test_an_event_is_stored_before_the_answer_and_again_without_effect(here: Heard) -> None:
    here.grant()
    token = here.server.token()
    for _ in range(2):
        found = push(here, token)
        assert (found.status_code, found.content) == (202, b"")
        assert "no-store" in found["Cache-Control"]
    assert not Grant.objects.filter(revoked_at=None).exists()
    assert Event.objects.filter(kind="signal.received").count() == 1


def test_known_and_unknown_people_get_the_same_answer(here: Heard) -> None:
    known = push(here)
    unknown = push(here, here.server.token(sub_id={**ALICE, "sub": "nobody"}))
    assert known.status_code == unknown.status_code == 202
    assert known.content == unknown.content
    assert dict(known.headers) == dict(unknown.headers)


def test_a_wrong_secret_and_an_unknown_stream_get_the_same_answer(here: Heard) -> None:
    wrong, unknown = push(here, secret="x"), push(here, stream=uuid4())
    assert wrong.status_code == unknown.status_code == 400
    assert wrong.content == unknown.content
    assert wrong.json()["err"] == "authentication_failed"
    assert not Event.objects.filter(kind__startswith="signal.").exists()


def test_a_secret_of_another_tenants_stream_opens_nothing(here: Heard, server: Transmitter) -> None:
    other = heard(server)
    assert push(here, secret=other.secret).json()["err"] == "authentication_failed"


@pytest.mark.parametrize(
    ("token", "changed", "code"),
    [
        ("x", {}, "invalid_request"),
        ("x" * (LONGEST_EVENT + 1), {}, "invalid_request"),
        (b"\xff\xfe", {}, "invalid_request"),
        (None, {"kind": "application/json"}, "invalid_request"),
    ],
)
def test_what_is_no_event_is_refused(
    here: Heard, token: Any, changed: dict[str, Any], code: str
) -> None:
    found = push(here, token, **changed)
    assert (found.status_code, found.json()["err"]) == (400, code)


def test_a_wrong_issuer_and_audience_are_named(here: Heard) -> None:
    assert push(here, here.server.token(iss="x")).json()["err"] == "invalid_issuer"
    assert push(here, here.server.token(aud="x")).json()["err"] == "invalid_audience"


def test_while_keys_or_the_store_are_away_the_transmitter_is_asked_to_wait(here: Heard) -> None:
    with no_answer():
        assert push(here).status_code == 503
    SignalStream.objects.update(jwks="http://127.0.0.1:9/jwks")
    found = push(here)
    assert (found.status_code, found["Retry-After"]) == (503, "60")


def test_too_many_events_in_a_minute_wait(here: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otpguard.web.federation.signals.RATE", "1/m")
    assert push(here).status_code == 202
    assert push(here).status_code == 429


def test_nothing_is_read_by_get(here: Heard) -> None:
    assert Client().get(reverse("otpguard_signals", args=[here.stream.pk])).status_code == 405
