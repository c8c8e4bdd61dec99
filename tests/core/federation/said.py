"""What each provider sends after one factor and after more, as its documentation says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from otpguard.core.federation.evidence import Protocol, SignInEvidence
from otpguard.core.federation.grade import AcceptedValues
from otpguard.core.federation.profiles import ENTRA_MFA, PAPE_MFA, REFEDS_MFA, StatementPlace

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PASSWORD_CLASS = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"


def said(**values: Any) -> SignInEvidence:
    """A statement that arrives now, of a sign-in a minute ago."""
    given: dict[str, Any] = {
        "issuer": "https://idp.example",
        "subject": "alice",
        "protocol": Protocol.OIDC,
        "received_at": NOW,
        "authenticated_at": NOW - timedelta(minutes=1),
    }
    return SignInEvidence(**{**given, **values})


def said_by_saml(**values: Any) -> SignInEvidence:
    """The same as an assertion."""
    return said(protocol=Protocol.SAML, **values)


def accepting(
    *, phishing_resistant: bool = False, max_age: timedelta = timedelta(minutes=5), **values: str
) -> AcceptedValues:
    """What a tenant has opted in to: one value for each place."""
    return AcceptedValues(
        values={StatementPlace(place): frozenset({value}) for place, value in values.items()},
        phishing_resistant=phishing_resistant,
        max_age=max_age,
    )


EVERYTHING = AcceptedValues(
    values={
        place: frozenset(
            {
                *("mfa", "ngcmfa", "pwd", "kba", "otp", "rsa", "fed", "wiaormfa", "hwk", "phr"),
                *("urn:okta:loa:2fa:any", "urn:okta:loa:2fa:any:ifpossible", PAPE_MFA, "0", "2"),
                *("c1", "urn:cognito:loa:2", ENTRA_MFA, REFEDS_MFA, PASSWORD_CLASS, "journey-2"),
            }
        )
        for place in StatementPlace
    },
    phishing_resistant=True,
)
"""A tenant that has typed every value into every list."""

MORE_THAN_ONE: tuple[tuple[str, SignInEvidence], ...] = (
    ("okta", said(amr=("pwd", "okta_verify", "mfa"))),
    ("okta", said(acr="urn:okta:loa:2fa:any")),
    ("entra", said(amr=("pwd", "mfa"))),
    ("entra", said(amr=("ngcmfa",))),
    ("entra", said(acrs=("c1",))),
    ("entra", said_by_saml(amr=(ENTRA_MFA,))),
    ("google", said(amr=("pwd", "mfa"))),
    ("auth0", said(amr=("mfa",))),
    ("auth0", said(acr=PAPE_MFA)),
    ("ping", said(acr="journey-2")),
    ("keycloak", said(acr="2")),
    ("keycloak", said_by_saml(contexts=(REFEDS_MFA,))),
    ("cognito", said(amr=("pwd", "otp", "mfa"))),
    ("cognito", said(acr="urn:cognito:loa:2")),
    ("generic", said_by_saml(contexts=(REFEDS_MFA,))),
    ("generic", said(acr="2")),
)
"""Each profile with a sign-in by more than one factor."""

ONE_OR_UNCONFIRMED: tuple[tuple[str, SignInEvidence], ...] = (
    ("okta", said(amr=("pwd",))),
    ("okta", said(amr=("kba",))),
    ("okta", said(acr="urn:okta:loa:2fa:any:ifpossible")),
    ("okta", said(acr="phr")),
    ("okta", said_by_saml(amr=("mfa",))),
    ("entra", said()),
    ("entra", said(amr=("fed",))),
    ("entra", said(amr=("rsa", "otp", "wiaormfa"))),
    ("entra", said_by_saml(contexts=(PASSWORD_CLASS,))),
    ("google", said(amr=("hwk",))),
    ("google", said_by_saml(contexts=(REFEDS_MFA,))),
    ("auth0", said()),
    ("auth0", said_by_saml(contexts=(REFEDS_MFA,))),
    ("onelogin", said(amr=("pwd", "mfa"), acr="2")),
    ("onelogin", said_by_saml(contexts=(REFEDS_MFA,))),
    ("ping", said_by_saml(contexts=(REFEDS_MFA,))),
    ("keycloak", said(acr="0")),
    ("keycloak", said(amr=("mfa",))),
    ("cognito", said_by_saml(amr=("mfa",))),
    ("generic", said(amr=("pwd", "hwk"))),
    ("generic", said_by_saml(amr=(ENTRA_MFA,))),
    ("generic", said_by_saml(contexts=(PASSWORD_CLASS,))),
)
"""Each profile with a sign-in by one factor, by one perhaps, or in words that nobody confirmed."""
