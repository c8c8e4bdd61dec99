"""TOKEN_ISSUERS: the authorization servers whose access tokens the APIs of a project take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.module_loading import import_string

from otpguard.conf.values import SettingsError, mapping, names, of_type
from otpguard.core.registry import nearest

KEYS = ("AUDIENCE", "ACR", "ALGORITHMS", "JWKS_URI", "PERSON")
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Only signatures by a key that the server alone has: none of a shared secret, and not "none"."""
USUAL_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
MOST_ACR = 16

_NUMBER = "otpguard.E225"
_ACR = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,255}")
"""What may stand in `acr_values` of the header (RFC 9470, 3): no space, quote or backslash."""

PersonFinder = Callable[[str, str], Any]
"""A host's function: it takes `iss` and `sub`, and returns a user or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssuer:
    """One authorization server. `audience` is what its tokens for us say in `aud`. `acr` are the
    values that state more than one factor, the most wanted first. `jwks_uri` is where its keys are,
    empty for what its metadata say; `person` is the dotted path of a PersonFinder, empty for the
    people who are linked to an identity provider of the tenant."""

    issuer: str
    audience: str
    acr: tuple[str, ...]
    algorithms: tuple[str, ...] = USUAL_ALGORITHMS
    jwks_uri: str = ""
    person: str = ""


def read_token_issuers(value: object, _so_far: object = None) -> Mapping[str, TokenIssuer]:
    """TOKEN_ISSUERS as it is given. Raises SettingsError (E001, E002, E225)."""
    return {str(issuer): _issuer(str(issuer), entry) for issuer, entry in mapping(value).items()}


def person_finder(issuer: TokenIssuer) -> PersonFinder | None:
    """The host's function; None without one. Raises ImportError, and TypeError for what cannot be
    called."""
    if not issuer.person:
        return None
    finder: PersonFinder = import_string(issuer.person)
    if not callable(finder):
        raise TypeError(f"{issuer.person} must be a function")
    return finder


def _issuer(issuer: str, entry: object) -> TokenIssuer:
    given = mapping(entry)
    for key in given:
        if key not in KEYS:
            raise SettingsError("otpguard.E001", f'unknown "{key}", {nearest(key, list(KEYS))}')
    jwks_uri = of_type(given.get("JWKS_URI", ""), str)
    for url in (issuer, *([jwks_uri] if jwks_uri else [])):
        if not _is_trusted(url):
            raise SettingsError(_NUMBER, f'"{url}" must be an https URL')
    made = TokenIssuer(
        issuer=issuer,
        audience=of_type(given.get("AUDIENCE", ""), str),
        acr=names(given.get("ACR", ())),
        algorithms=names(given.get("ALGORITHMS", USUAL_ALGORITHMS)),
        jwks_uri=jwks_uri,
        person=of_type(given.get("PERSON", ""), str),
    )
    if not made.audience:
        raise SettingsError(_NUMBER, f"{issuer}: AUDIENCE must say what `aud` is for this API")
    if not 0 < len(made.acr) <= MOST_ACR or not all(map(_ACR.fullmatch, made.acr)):
        said = f"{issuer}: ACR must list 1 to {MOST_ACR} values of `acr`, without spaces or quotes"
        raise SettingsError(_NUMBER, said)
    if not made.algorithms or not set(made.algorithms) <= set(ALGORITHMS):
        raise SettingsError(_NUMBER, f"{issuer}: ALGORITHMS are among {', '.join(ALGORITHMS)}")
    return made


def _is_trusted(url: str) -> bool:
    """https; plain http for the developer's own machine alone."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    local = parts.scheme == "http" and host in {"localhost", "127.0.0.1"}
    return bool(host) and (parts.scheme == "https" or local)
