"""Who speaks SAML here: nobody, until a project includes `otpguard.contrib.saml`.

The library that verifies assertions is an extra, so nothing of it is imported before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol as Typed

from otpguard.core.federation.evidence import Protocol, SignInEvidence
from otpguard.exceptions import OtpguardError
from otpguard.models import IdentityProvider


class SamlRefusedError(OtpguardError):
    """A response that proves nothing; `unmet`: the provider could not do what was asked."""

    code = "saml_refused"

    def __init__(self, why: str, *, unmet: bool = False) -> None:
        super().__init__(why)
        self.unmet = unmet


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlPlaces:
    """Our own addresses: where responses are posted, and our entity id, which is the URL of our
    metadata."""

    acs: str
    entity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlSignIn:
    """What a verified response states, and the id of its assertion."""

    evidence: SignInEvidence
    assertion: str


class SamlSpeaker(Typed):
    """Makes requests and verifies responses."""

    def request_url(
        self, provider: IdentityProvider, *, state: str, places: SamlPlaces, steps_up: bool
    ) -> tuple[str, str]:
        """Where to send the browser, and the id of the request. Raises ProviderUnusableError."""

    def redeem(
        self,
        provider: IdentityProvider,
        *,
        response: str,
        request_id: str,
        places: SamlPlaces,
        now: datetime,
    ) -> SamlSignIn:
        """Verify a response to this very request. Raises SamlRefusedError and
        ProviderUnusableError."""


class _Speakers:
    def __init__(self) -> None:
        self.saml: SamlSpeaker | None = None

    @property
    def protocols(self) -> frozenset[str]:
        """The protocols that are spoken here, as rows name them."""
        spoken = {Protocol.OIDC.value}
        return frozenset(spoken if self.saml is None else spoken | {Protocol.SAML.value})


speakers = _Speakers()
"""What this project has installed."""
