"""A token is an event only if this stream's provider signed it, for us, now, and as an event."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.federation.security_event import Dialect, EventFault, EventRefusedError
from otpguard.federation.security_event import (
    LONGEST_EVENT,
    OLDEST,
    ExpectedEvent,
    VerifiedEvent,
    verified_event,
)
from tests.signaling import AUDIENCE, CAEP, REVOKED, Transmitter, transmitter


@pytest.fixture
def server() -> Iterator[Transmitter]:
    with transmitter() as running:
        yield running


def read(server: Transmitter, token: str) -> VerifiedEvent:
    expected = ExpectedEvent(
        issuer=server.url, audience=AUDIENCE, jwks=f"{server.url}/jwks", dialect=Dialect.CAEP
    )
    return verified_event(token, expected=expected, now=timezone.now())


def fault_of(server: Transmitter, token: str) -> EventFault:
    with pytest.raises(EventRefusedError) as caught:
        read(server, token)
    return caught.value.fault


def test_a_right_token_is_its_event(server: Transmitter) -> None:
    found = read(server, server.token(jti="t-1"))
    assert (found.token_id, found.event.name) == ("t-1", "session-revoked")
    assert read(server, server.token(header={"typ": "application/SecEvent+JWT"}))
    assert read(server, server.token(aud=["other", AUDIENCE]))


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"iss": "https://other.example"}, EventFault.INVALID_ISSUER),
        ({"iss": None}, EventFault.INVALID_ISSUER),
        ({"aud": "https://other.example"}, EventFault.INVALID_AUDIENCE),
        ({"aud": None}, EventFault.INVALID_AUDIENCE),
        ({"exp": int(time.time()) + 300}, EventFault.INVALID_REQUEST),
        ({"sub": "alice"}, EventFault.INVALID_REQUEST),
        ({"jti": None}, EventFault.INVALID_REQUEST),
        ({"jti": "x" * 300}, EventFault.INVALID_REQUEST),
        ({"iat": None}, EventFault.INVALID_REQUEST),
        ({"iat": True}, EventFault.INVALID_REQUEST),
        ({"iat": 10**30}, EventFault.INVALID_REQUEST),
        ({"iat": int(time.time()) + 10**8}, EventFault.INVALID_REQUEST),
        ({"events": {REVOKED: {}, f"{CAEP}session-presented": {}}}, EventFault.INVALID_REQUEST),
    ],
)
def test_a_claim_that_does_not_fit_refuses_the_token(
    server: Transmitter, claims: dict[str, Any], fault: EventFault
) -> None:
    assert fault_of(server, server.token(**claims)) is fault


def test_a_token_is_refused_when_its_id_may_be_forgotten(server: Transmitter) -> None:
    old = int((timezone.now() - OLDEST - timedelta(minutes=1)).timestamp())
    assert fault_of(server, server.token(iat=old)) is EventFault.INVALID_REQUEST


@pytest.mark.parametrize("kind", ["JWT", "", "logout+jwt"])
def test_an_id_token_of_the_same_provider_is_no_event(server: Transmitter, kind: str) -> None:
    assert fault_of(server, server.token(header={"typ": kind})) is EventFault.INVALID_REQUEST


def test_a_key_that_is_not_published_signs_nothing(server: Transmitter) -> None:
    server.key = server.other_key
    assert fault_of(server, server.token()) is EventFault.AUTHENTICATION_FAILED


@pytest.mark.parametrize("algorithm", ["RS512", "PS256"])
def test_another_algorithm_than_the_profiles_is_refused(
    server: Transmitter, algorithm: str
) -> None:
    assert fault_of(server, server.token(header={"alg": algorithm})) is EventFault.INVALID_KEY


def test_a_token_that_nobody_signed_is_refused(server: Transmitter) -> None:
    _head, body, _signature = server.token().split(".")
    unsigned = f"eyJhbGciOiJub25lIiwidHlwIjoic2VjZXZlbnQrand0In0.{body}."
    assert fault_of(server, unsigned) is EventFault.INVALID_KEY


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "W10.e30.x", "é.b.c", "x" * LONGEST_EVENT * 2])
def test_what_is_no_token_is_refused(server: Transmitter, token: str) -> None:
    assert fault_of(server, token) is EventFault.INVALID_REQUEST
