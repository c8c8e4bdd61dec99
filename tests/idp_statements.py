"""What the identity providers say of a sign-in, by their own documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from otpguard.core.federation.profiles import PAPE_MFA

Claims = Mapping[str, Any]

_OKTA = "urn:okta:loa"
_COGNITO = "urn:cognito:loa"


@dataclass(frozen=True, kw_only=True)
class Statements:
    """One vendor's ID tokens. `accepted` and `asks_for` are what its customer opts in to, `more` a
    sign-in with more than one factor, `one` with one, `perhaps` with what is easily taken for more.

    `proves` is False for a vendor whose words nobody has confirmed; `asks_again` for one that
    nobody can make ask again. `asked` is the part of a step-up's request that names the level."""

    profile: str
    more: Claims
    one: Claims
    perhaps: tuple[Claims, ...]
    accepted: Mapping[str, list[str]]
    asks_for: tuple[str, ...] = ()
    asked: Mapping[str, str] = field(default_factory=dict)
    proves: bool = True
    asks_again: bool = True

    @property
    def goes_upstream(self) -> bool:
        """Whether a step-up can be confirmed there."""
        return self.proves and self.asks_again


def said(*amr: str, acr: str | None = None, **claims: Any) -> Claims:
    """Claims over those of a right token; what is not named is not said."""
    return {"amr": list(amr) or None, "acr": acr, **claims}


VENDORS = (
    Statements(
        profile="okta",
        more=said("pwd", "okta_verify", "mfa", acr=f"{_OKTA}:2fa:any"),
        one=said("pwd", acr=f"{_OKTA}:1fa:pwd"),
        perhaps=(
            said("pwd", acr=f"{_OKTA}:2fa:any:ifpossible"),
            said("pwd", "kba", acr=f"{_OKTA}:1fa:any"),
            said("pwd", "sms", "otp"),
        ),
        accepted={"amr": ["mfa"], "acr": [f"{_OKTA}:2fa:any"]},
        asks_for=(f"{_OKTA}:2fa:any",),
        asked={"acr_values": f"{_OKTA}:2fa:any"},
    ),
    Statements(
        profile="entra",
        more=said("pwd", "mfa", acrs=["c1"]),
        one=said("pwd"),
        perhaps=(said("fed"), said("rsa"), said("pwd", "otp"), said("wiaormfa"), said(acr="1")),
        accepted={"amr": ["mfa", "ngcmfa"], "acrs": ["c1"]},
        asks_for=("c1",),
        asked={"claims": '{"id_token":{"acrs":{"essential":true,"values":["c1"]}}}'},
    ),
    Statements(
        profile="google",
        more=said("pwd", "mfa", "hwk"),
        one=said("pwd"),
        perhaps=(said("pwd", "hwk"), said("hwk")),
        accepted={"amr": ["mfa"]},
        asks_again=False,
    ),
    Statements(
        profile="auth0",
        more=said("mfa", acr=PAPE_MFA),
        one=said(),
        perhaps=(said("pwd", "otp"),),
        accepted={"amr": ["mfa"], "acr": [PAPE_MFA]},
        asks_for=(PAPE_MFA,),
        asked={"acr_values": PAPE_MFA},
    ),
    Statements(
        profile="onelogin",
        more=said("pwd", "mfa", acr="mfa"),
        one=said("pwd"),
        perhaps=(said("pwd", "otp"),),
        accepted={"amr": ["mfa"], "acr": ["mfa"]},
        proves=False,
    ),
    Statements(
        profile="ping",
        more=said(acr="Journey-MFA"),
        one=said(acr="Journey-Password"),
        perhaps=(said("pwd", "otp", acr="Journey-Other"),),
        accepted={"acr": ["Journey-MFA"]},
        asks_for=("Journey-MFA",),
        asked={"acr_values": "Journey-MFA"},
    ),
    Statements(
        profile="keycloak",
        more=said(acr="2"),
        one=said(acr="1"),
        perhaps=(said(acr="0"), said("pwd", "mfa")),
        accepted={"acr": ["2"]},
        asks_for=("2",),
        asked={"acr_values": "2"},
    ),
    Statements(
        profile="cognito",
        more=said("pwd", "otp", "mfa", acr=f"{_COGNITO}:2"),
        one=said("pwd", acr=f"{_COGNITO}:1"),
        perhaps=(said("pwd", "otp"),),
        accepted={"amr": ["mfa"], "acr": [f"{_COGNITO}:2"]},
        asks_for=(f"{_COGNITO}:2",),
        asked={"acr_values": f"{_COGNITO}:2"},
    ),
)
"""The eight with a profile of their own."""
