"""What each identity provider's words mean, as data.

A value counts only if the profile names it, or lets a tenant name values of that place, *and* the
tenant has opted in to it. What the vendor's documentation does not confirm is not in here, so it
proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from otpguard.core.federation.evidence import Protocol

_AC = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
REFEDS_MFA = "https://refeds.org/profile/mfa"
PAPE_MFA = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"
ENTRA_MFA = "http://schemas.microsoft.com/claims/multipleauthn"


class StatementPlace(StrEnum):
    """Where in a statement a value stands."""

    AMR = "amr"
    ACR = "acr"
    CONTEXTS = "contexts"
    ACRS = "acrs"


NEVER = frozenset(
    {
        *("pwd", "kba", "none", "0", "pop", "otp", "sms", "tel", "fed", "rsa", "wia", "wiaormfa"),
        *("face", "fpt", "geo", "hwk", "iris", "mca", "pin", "rba", "retina", "swk", "user", "vbm"),
        *("urn:okta:loa:1fa:any", "urn:okta:loa:1fa:pwd", "urn:okta:loa:2fa:any:ifpossible"),
        "http://schemas.microsoft.com/claims/wiaormultiauthn",
        "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password",
        *(f"{_AC}{name}" for name in ("unspecified", "Password", "PasswordProtectedTransport")),
        *(f"{_AC}{name}" for name in ("PreviousSession", "InternetProtocol")),
    }
)
"""Values that state one factor, or one perhaps: no list makes them count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdpProfile:
    """One vendor's way of saying how somebody signed in.

    `mfa` are the values that state more than one factor, by place; `saml_amr` are those of a SAML
    attribute. `own` are the places for which a tenant may name values that the vendor leaves to its
    administrators. `phr` state resistance to phishing and `phrh` a key in hardware besides; either
    counts as such only beside a value that states more than one factor. `reauthenticates` says that
    the vendor asks people again when it is asked to, `by_claims` that a level is asked for by
    Entra's `claims` parameter in place of `acr_values`.
    """

    slug: str
    label: str
    mfa: Mapping[StatementPlace, frozenset[str]]
    saml_amr: frozenset[str] = frozenset()
    own: frozenset[StatementPlace] = frozenset()
    own_saml: frozenset[StatementPlace] = frozenset()
    phr: Mapping[StatementPlace, frozenset[str]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    phrh: Mapping[StatementPlace, frozenset[str]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    reauthenticates: bool = True
    by_claims: bool = False

    def named(self, place: StatementPlace, protocol: Protocol) -> frozenset[str]:
        """The values that the vendor itself says mean more than one factor."""
        if protocol is Protocol.SAML:
            named = self.saml_amr if place is StatementPlace.AMR else frozenset()
            return named | (self.mfa.get(place, frozenset()) if place in _SAML else frozenset())
        return frozenset() if place in _SAML else self.mfa.get(place, frozenset())

    def may_list(self, place: StatementPlace, value: str, protocol: Protocol) -> bool:
        """Whether a tenant may say that `value` states more than one factor."""
        if value in NEVER:
            return False
        own = self.own_saml if protocol is Protocol.SAML else self.own
        resistant = protocol is Protocol.OIDC and value in (
            self.phr.get(place, frozenset()) | self.phrh.get(place, frozenset())
        )
        return value in self.named(place, protocol) or (place in own and not resistant)


_SAML = frozenset({StatementPlace.CONTEXTS})


def _in(**values: tuple[str, ...]) -> Mapping[StatementPlace, frozenset[str]]:
    return MappingProxyType(
        {StatementPlace(place): frozenset(each) for place, each in values.items()}
    )


GENERIC = IdpProfile(
    slug="generic",
    label="Another provider",
    mfa=_in(contexts=(REFEDS_MFA,)),
    own=frozenset({StatementPlace.AMR, StatementPlace.ACR}),
    own_saml=frozenset({StatementPlace.CONTEXTS}),
    phr=_in(acr=("phr", "phrh"), amr=("phr",)),  # OpenID EAP ACR values
    phrh=_in(acr=("phrh",)),
)

IDP_PROFILES: Mapping[str, IdpProfile] = MappingProxyType(
    {
        profile.slug: profile
        for profile in (
            IdpProfile(
                slug="okta",
                label="Okta",
                mfa=_in(amr=("mfa",), acr=("urn:okta:loa:2fa:any",)),
                phr=_in(amr=("phr",), acr=("phr", "phrh")),
                phrh=_in(acr=("phrh",)),
            ),
            IdpProfile(
                slug="entra",
                label="Microsoft Entra ID",
                mfa=_in(amr=("mfa", "ngcmfa")),
                saml_amr=frozenset({ENTRA_MFA}),
                own=frozenset({StatementPlace.ACRS}),  # the tenant's own authentication contexts
                by_claims=True,
            ),
            IdpProfile(
                slug="google",
                label="Google Workspace",
                mfa=_in(amr=("mfa",)),
                reauthenticates=False,
            ),
            IdpProfile(slug="auth0", label="Auth0", mfa=_in(amr=("mfa",), acr=(PAPE_MFA,))),
            IdpProfile(slug="onelogin", label="OneLogin", mfa=_in()),
            IdpProfile(
                slug="ping",
                label="Ping",
                mfa=_in(),
                own=frozenset({StatementPlace.AMR, StatementPlace.ACR}),
            ),
            IdpProfile(
                slug="keycloak",
                label="Keycloak",
                mfa=_in(),
                own=frozenset({StatementPlace.ACR}),
                own_saml=frozenset({StatementPlace.CONTEXTS}),
            ),
            IdpProfile(
                slug="cognito",
                label="Amazon Cognito",
                mfa=_in(amr=("mfa",)),
                own=frozenset({StatementPlace.ACR}),
            ),
            GENERIC,
        )
    }
)
"""The profiles that ship, by slug."""
