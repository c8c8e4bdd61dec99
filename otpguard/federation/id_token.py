"""Verify an ID token: its algorithm, signature and every claim that ties it to us and to now."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from otpguard.conf.people.token_issuers import ALGORITHMS
from otpguard.core.federation.evidence import (
    LONGEST_VALUE,
    Protocol,
    SignInEvidence,
    email_said,
    values_of,
)
from otpguard.core.federation.grade import LEEWAY
from otpguard.core.secrets import same
from otpguard.exceptions import OtpguardError
from otpguard.federation.metadata import OidcMetadata, keys_of

LONGEST_TOKEN = 16_384
_OLDEST = timedelta(minutes=10)


class TokenFault(StrEnum):
    """Why an ID token was refused."""

    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    NONCE = "nonce"
    EXPIRED = "expired"
    SUBJECT = "subject"


class IdTokenError(OtpguardError):
    """An ID token that proves nothing; `fault` says why."""

    code = "id_token_refused"

    def __init__(self, fault: TokenFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedToken:
    """What a token must say: the provider's `metadata`, our `client_id`, the `nonce` we sent."""

    metadata: OidcMetadata
    client_id: str
    nonce: str


def evidence_of(token: object, *, expected: ExpectedToken, now: datetime) -> SignInEvidence:
    """What a verified ID token states. Raises IdTokenError and ProviderUnusableError."""
    header = header_of(token, algorithms=ALGORITHMS)
    found = expected.metadata
    claims = verified_claims(token, header, jwks_uri=found.jwks_uri, outside=found.outside)
    _check(claims, expected, now)
    at = claims.get("auth_time")
    return SignInEvidence(
        issuer=expected.metadata.issuer,
        subject=claims["sub"],
        protocol=Protocol.OIDC,
        received_at=now,
        amr=values_of(claims.get("amr")),
        acr=next(iter(values_of(claims.get("acr"))), ""),
        acrs=values_of(claims.get("acrs")),
        authenticated_at=time_of(at) if at is not None else None,
        email=email_said(claims.get("email"), verified=claims.get("email_verified")),
    )


def header_of(token: object, *, algorithms: Collection[str]) -> Mapping[str, Any]:
    """The header of a signed token that claims one of `algorithms`; nothing is verified yet.
    Raises IdTokenError."""
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
        raise IdTokenError(TokenFault.MALFORMED)
    header = json_part(token.split(".", 1)[0])
    if header.get("alg") not in algorithms:
        raise IdTokenError(TokenFault.ALGORITHM)
    return header


def json_part(part: str) -> Mapping[str, Any]:
    """One part of a token as the JSON object that it is. Raises IdTokenError."""
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        raise IdTokenError(TokenFault.MALFORMED) from None
    if not isinstance(found, dict):
        raise IdTokenError(TokenFault.MALFORMED)
    return found


def verified_claims(
    token: object, header: Mapping[str, Any], *, jwks_uri: str, outside: bool = False
) -> Mapping[str, Any]:
    """The claims of a token that a key at `jwks_uri` has signed, by the algorithm of the `header`
    that `header_of` has let pass. Raises IdTokenError and ProviderUnusableError."""
    kid = header.get("kid")
    keys = keys_of(jwks_uri, key_id=kid if isinstance(kid, str) else "", outside=outside)
    registry = JWSRegistry(algorithms=[str(header["alg"])], strict_check_header=False)
    try:
        claims: Mapping[str, Any] = jwt.decode(str(token), keys, registry=registry).claims
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise IdTokenError(TokenFault.SIGNATURE) from None
    return claims


def _check(claims: Mapping[str, Any], expected: ExpectedToken, now: datetime) -> None:
    if claims.get("iss") != expected.metadata.issuer:
        raise IdTokenError(TokenFault.ISSUER)
    audience = values_of(claims.get("aud"))
    party = claims.get("azp")
    if expected.client_id not in audience or (len(audience) > 1 and party is None):
        raise IdTokenError(TokenFault.AUDIENCE)
    if party is not None and party != expected.client_id:
        raise IdTokenError(TokenFault.AUDIENCE)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not expected.nonce or not same(nonce, expected.nonce):
        raise IdTokenError(TokenFault.NONCE)
    expires, issued = time_of(claims.get("exp")), time_of(claims.get("iat"))
    if expires <= now - LEEWAY or not -LEEWAY <= now - issued <= _OLDEST:
        raise IdTokenError(TokenFault.EXPIRED)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_VALUE or "\0" in subject:
        raise IdTokenError(TokenFault.SUBJECT)


def time_of(value: object) -> datetime:
    """A claim that is seconds since 1970. Raises IdTokenError for anything else."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise IdTokenError(TokenFault.MALFORMED)
    try:
        return datetime.fromtimestamp(value, tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise IdTokenError(TokenFault.MALFORMED) from None
