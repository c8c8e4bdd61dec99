"""Verify an access token of an authorization server (RFC 9068): signed by it, for this API, now.

It says how and when a person signed in. It is never a sign that they are there (NIST SP 800-63B-4,
5.1.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from otpguard.conf.people.token_issuers import TokenIssuer
from otpguard.core.federation.evidence import LONGEST_VALUE, values_of
from otpguard.core.federation.grade import LEEWAY
from otpguard.exceptions import OtpguardError
from otpguard.federation.id_token import (
    IdTokenError,
    TokenFault,
    header_of,
    json_part,
    time_of,
    verified_claims,
)
from otpguard.federation.metadata import metadata_of

TYPES = frozenset({"at+jwt", "application/at+jwt"})
"""What `typ` of an access token is. An ID token says "JWT", and opens no API."""
_PARTS = 3


class AccessTokenError(OtpguardError):
    """A token that opens nothing; `fault` says why, for the log alone."""

    code = "access_token_refused"

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What a verified token states. `subject` is empty for a token of a service, which no person
    has granted. `authenticated_at` is None where the server does not say it. `id` is a digest of
    the token itself."""

    id: str
    issuer: TokenIssuer
    subject: str
    client: str
    scope: frozenset[str]
    acr: str
    authenticated_at: datetime | None
    expires_at: datetime


def read_access_token(
    token: str, *, issuers: Mapping[str, TokenIssuer], now: datetime
) -> AccessToken:
    """What the token states. The issuer that it names chooses the keys, and only if it is one of
    ours. Raises AccessTokenError and ProviderUnusableError."""
    try:
        issuer = _issuer_of(token, issuers)
        header = header_of(token, algorithms=issuer.algorithms)
        if str(header.get("typ", "")).lower() not in TYPES:
            raise AccessTokenError("type")
        jwks_uri = issuer.jwks_uri or metadata_of(issuer.issuer).jwks_uri
        claims = verified_claims(token, header, jwks_uri=jwks_uri)
        return _stated(token, claims, issuer, now)
    except IdTokenError as error:
        raise AccessTokenError(str(error.fault)) from None


def _issuer_of(token: str, issuers: Mapping[str, TokenIssuer]) -> TokenIssuer:
    """Whose token it says it is. The signature is checked by that server's keys afterwards."""
    header_of(token, algorithms={name for each in issuers.values() for name in each.algorithms})
    parts = token.split(".")
    if len(parts) != _PARTS:
        raise AccessTokenError("malformed")
    named = json_part(parts[1]).get("iss")
    issuer = issuers.get(named) if isinstance(named, str) else None
    if issuer is None:
        raise AccessTokenError("issuer")
    return issuer


def _stated(
    token: str, claims: Mapping[str, Any], issuer: TokenIssuer, now: datetime
) -> AccessToken:
    if claims.get("iss") != issuer.issuer:
        raise IdTokenError(TokenFault.ISSUER)
    if issuer.audience not in values_of(claims.get("aud")):
        raise IdTokenError(TokenFault.AUDIENCE)
    expires, at = time_of(claims.get("exp")), claims.get("auth_time")
    begins = claims.get("nbf")
    if expires <= now or (begins is not None and time_of(begins) > now + LEEWAY):
        raise IdTokenError(TokenFault.EXPIRED)
    client, subject = _text(claims.get("client_id")), _text(claims.get("sub"))
    scope = claims.get("scope")
    return AccessToken(
        id=sha256(token.encode()).hexdigest(),
        issuer=issuer,
        subject="" if subject == client else subject,
        client=client,
        scope=frozenset(scope.split()) if isinstance(scope, str) else frozenset(),
        acr=_text(claims.get("acr")),
        authenticated_at=time_of(at) if at is not None else None,
        expires_at=expires,
    )


def _text(value: object) -> str:
    """A claim that is a text, empty where there is none. Raises IdTokenError for another thing."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_VALUE or "\0" in value:
        raise IdTokenError(TokenFault.SUBJECT)
    return value
