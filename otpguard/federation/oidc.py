"""The bare OIDC client: the code flow with PKCE and a nonce, by one request to the provider.

No userinfo is asked: the person is the verified ID token's `sub`, so there is no second subject to
confuse it with.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from otpguard.core.federation.evidence import SignInEvidence
from otpguard.core.federation.profiles import IDP_PROFILES, IdpProfile
from otpguard.federation.id_token import ExpectedToken, evidence_of
from otpguard.federation.metadata import metadata_of, speak
from otpguard.models import IdentityProvider
from otpguard.transport.exchange import Request

SCOPE = "openid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What one exchange keeps for itself until the browser is back."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


def authorization_url(
    provider: IdentityProvider, *, kept: Secrets, callback: str, steps_up: bool
) -> str:
    """Where to send the browser. A step-up asks for the tenant's values and a new proof.

    Nothing of it comes from the browser, and nothing of it is evidence. Raises
    ProviderUnusableError.
    """
    metadata = metadata_of(provider.issuer, provider.metadata, outside=provider.outside)
    digest = sha256(kept.verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": callback,
        "scope": SCOPE,
        "state": kept.state,
        "nonce": kept.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        **(_asked(provider) if steps_up else {}),
    }
    mark = "&" if "?" in metadata.authorization_endpoint else "?"
    return f"{metadata.authorization_endpoint}{mark}{urlencode(query)}"


def redeem(
    provider: IdentityProvider,
    *,
    code: str,
    kept: Secrets,
    callback: str,
    now: datetime,
) -> SignInEvidence:
    """Exchange a code for an ID token and verify it. Raises ProviderUnusableError and
    IdTokenError."""
    metadata = metadata_of(provider.issuer, provider.metadata, outside=provider.outside)
    body = urlencode(
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "client_id": provider.client_id,
            "code_verifier": kept.verifier,
        }
    )
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        **_credentials(provider),
    }
    request = Request(
        method="POST", url=metadata.token_endpoint, headers=headers, body=body.encode()
    )
    answer = speak(request, outside=provider.outside)
    expected = ExpectedToken(metadata=metadata, client_id=provider.client_id, nonce=kept.nonce)
    return evidence_of(answer.get("id_token"), expected=expected, now=now)


def is_foreign_issuer(provider: IdentityProvider, said: str | None) -> bool:
    """True when an answer names another issuer, or none where the provider always names itself
    (RFC 9207). Looked at before the code is spent. Raises ProviderUnusableError."""
    metadata = metadata_of(provider.issuer, provider.metadata, outside=provider.outside)
    return metadata.says_issuer if said is None else said != metadata.issuer


def _asked(provider: IdentityProvider) -> dict[str, str]:
    profile: IdpProfile = IDP_PROFILES[provider.profile]
    asked = {"prompt": "login", "max_age": "0"} if profile.reauthenticates else {}
    if provider.asks_for and profile.by_claims:
        values = {"essential": True, "values": list(provider.asks_for)}
        claims: Mapping[str, Any] = {"id_token": {"acrs": values}}
        return {**asked, "claims": json.dumps(claims, separators=(",", ":"))}
    if provider.asks_for:
        return {**asked, "acr_values": " ".join(provider.asks_for)}
    return asked


def _credentials(provider: IdentityProvider) -> dict[str, str]:
    """The secret by HTTP Basic, both parts quoted (RFC 6749, 2.3.1); none for a public client."""
    if not provider.client_secret:
        return {}
    pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret.reveal(), safe='')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
