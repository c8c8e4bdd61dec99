"""The settings about what people confirm with, a part of `otpguard.conf.schema`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from otpguard.conf.people.token_issuers import TokenIssuer


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSettings:
    """Passkeys, authenticator apps, and the login that a step-up makes in django-otp."""

    relying_party_id: str = ""
    """The WebAuthn relying party: a domain, of which every origin is a part. Passkeys belong to it
    for good, so fix it before the first one. Empty: the host of the request."""

    relying_party_origins: tuple[str, ...] = ()
    """The exact origins from which passkeys are accepted, such as "https://app.example.com".
    Empty: the origin of the request. Those that are no part of RELYING_PARTY_ID need
    `otpguard.contrib.related_origins`."""

    attestation_roots: tuple[str, ...] = ()
    """Files with the certificates (PEM) of makers whose attestation of a passkey is trusted."""

    attestation_aaguids: tuple[str, ...] = ()
    """The models (AAGUID) that count as attested. Empty: all whose certificates reach a root."""

    attestation_denied_aaguids: tuple[str, ...] = ()
    """The models (AAGUID) that nobody may add, and that never count as attested, not even those
    that were added before."""

    attestation_metadata: str = ""
    """File with the blob of the FIDO Metadata Service (https://mds3.fidoalliance.org/). Its models
    that keep keys in hardware count as attested; those that it calls broken never do. Fetch a
    new one every month. Empty: none."""

    attestation_metadata_root: str = ""
    """File with the certificate (PEM) up to which the metadata must be signed. Empty: those of
    GlobalSign that the FIDO Alliance names (R3, and R46 after it)."""

    totp_tolerance: int = 1
    """How many 30-second steps a code may be early or late by its authenticator's own clock; how
    far that clock is off is learned from right codes. 0 is the strict mode of OWASP ASVS 5.0,
    6.5.5, which learns nothing; 1, the most, is what RFC 6238, 5.2 recommends for slow typing."""

    otp_login: bool = False
    """Whether a step-up also logs in with django-otp, so that `otp_required` sees it. Needs
    otpguard's own OtpMiddleware in place of django-otp's."""

    token_issuers: Mapping[str, TokenIssuer] = field(default_factory=dict)
    """The authorization servers whose access tokens your APIs take, by their `iss`:
    {"https://login.example.com": {"AUDIENCE": "https://api.example.com", "ACR": ["phr", "mfa"]}}.
    Needs `otpguard[oidc]`. See `docs/access-tokens.md`."""

    client_return_urls: tuple[str, ...] = ()
    """Where a browser goes back to after a person has confirmed for an app of yours, word for word:
    ["https://crm.example.com/confirmed", "com.example.crm:/confirmed"]. An app names one of them;
    the first is the usual one. See `docs/more-doors.md`."""
