"""Verify a security event token (RFC 8417): its form, its signature, and every claim that ties it
to one stream and to now."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from joserfc.jws import JWSRegistry

from otpguard.core.federation.evidence import LONGEST_VALUE, values_of
from otpguard.core.federation.grade import LEEWAY
from otpguard.core.federation.security_event import (
    Dialect,
    EventFault,
    EventRefusedError,
    SecurityEvent,
    read_event,
)
from otpguard.federation.metadata import keys_of

LONGEST_EVENT = 65_536
"""Bytes of one token."""
OLDEST = timedelta(days=7)
"""How long a transmitter may try: an older token is refused, so its id need not be kept longer."""
ALGORITHMS = ("RS256",)
"""The interoperability profile of SSF has this one alone."""
LEAST_BITS = 2048
_TYPE = "secevent+jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEvent:
    """What a token must say: `issuer` and one of its audiences word for word, signed by a key that
    is published at `jwks`."""

    issuer: str
    audience: str
    jwks: str
    dialect: Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedEvent:
    """An event and `token_id`, by which its token is known again."""

    token_id: str
    event: SecurityEvent


def verified_event(token: str, *, expected: ExpectedEvent, now: datetime) -> VerifiedEvent:
    """The event in `token`. Raises EventRefusedError, and ProviderUnusableError without keys."""
    if not 0 < len(token) <= LONGEST_EVENT:
        raise EventRefusedError(EventFault.INVALID_REQUEST, "no token, or too long a one")
    claims = _verified(token, _header(token), expected)
    token_id = _check(claims, expected, now)
    event = read_event(claims, dialect=expected.dialect, now=now)
    return VerifiedEvent(token_id=token_id, event=event)


def _header(token: str) -> Mapping[str, Any]:
    part = token.split(".", 1)[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        raise EventRefusedError(EventFault.INVALID_REQUEST, "no header") from None
    if not isinstance(header, dict):
        raise EventRefusedError(EventFault.INVALID_REQUEST, "no header")
    if header.get("alg") not in ALGORITHMS:
        raise EventRefusedError(EventFault.INVALID_KEY, "another algorithm")
    # Without this an ID token of the same provider would be an event.
    kind = str(header.get("typ", "")).lower().removeprefix("application/")
    if kind != _TYPE:
        raise EventRefusedError(EventFault.INVALID_REQUEST, "another type of token")
    return header


def _verified(token: str, header: Mapping[str, Any], expected: ExpectedEvent) -> Mapping[str, Any]:
    kid = header.get("kid")
    keys = keys_of(expected.jwks, key_id=kid if isinstance(kid, str) else "")
    strong: list[Any] = [
        key for key in keys.keys if isinstance(key, RSAKey) and _bits(key) >= LEAST_BITS
    ]
    if not strong:
        raise EventRefusedError(EventFault.INVALID_KEY, "no key that is strong enough")
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    try:
        claims: Mapping[str, Any] = jwt.decode(token, KeySet(strong), registry=registry).claims
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise EventRefusedError(EventFault.AUTHENTICATION_FAILED, "the signature") from None
    return claims


def _bits(key: RSAKey) -> int:
    return int(key.public_key.key_size)


def _check(claims: Mapping[str, Any], expected: ExpectedEvent, now: datetime) -> str:
    if claims.get("iss") != expected.issuer:
        raise EventRefusedError(EventFault.INVALID_ISSUER, "another issuer")
    if expected.audience not in values_of(claims.get("aud")):
        raise EventRefusedError(EventFault.INVALID_AUDIENCE, "for somebody else")
    if {"exp", "sub"} & claims.keys():
        raise EventRefusedError(EventFault.INVALID_REQUEST, "claims of another kind of token")
    issued, token_id = claims.get("iat"), claims.get("jti")
    if not isinstance(token_id, str) or not 0 < len(token_id) <= LONGEST_VALUE:
        raise EventRefusedError(EventFault.INVALID_REQUEST, "no id")
    if not isinstance(issued, int | float) or isinstance(issued, bool):
        raise EventRefusedError(EventFault.INVALID_REQUEST, "no time of issue")
    try:
        age = now - datetime.fromtimestamp(issued, tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise EventRefusedError(EventFault.INVALID_REQUEST, "no time of issue") from None
    if not -LEEWAY <= age <= OLDEST:
        raise EventRefusedError(EventFault.INVALID_REQUEST, "too old, or of the future")
    return token_id
