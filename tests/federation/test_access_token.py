"""An access token counts only if one of our servers signed it, for this API, for now."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.utils import timezone

from otpguard.federation.access_token import AccessToken, AccessTokenError, read_access_token
from otpguard.federation.metadata import ProviderUnusableError
from tests.oidc_server import Provider
from tests.tokens import AUDIENCE, access_token, issuer_of


def read(provider: Provider, token: str, **entry: Any) -> AccessToken:
    issuers = {provider.url: issuer_of(provider, **entry)}
    return read_access_token(token, issuers=issuers, now=timezone.now())


def fault_of(provider: Provider, token: str, **entry: Any) -> str:
    with pytest.raises(AccessTokenError) as caught:
        read(provider, token, **entry)
    return caught.value.fault


def test_a_right_token_says_who_how_and_when(provider: Provider) -> None:
    found = read(provider, access_token(provider, scope="read pay"))
    assert (found.subject, found.client, found.acr) == ("alice", "app", "phr")
    assert found.scope == {"read", "pay"}
    assert found.authenticated_at is not None


@pytest.mark.parametrize("claims", [{"sub": None}, {"sub": "app"}, {"sub": ""}])
def test_a_token_of_a_service_has_no_subject(provider: Provider, claims: dict[str, Any]) -> None:
    assert read(provider, access_token(provider, **claims)).subject == ""


@pytest.mark.parametrize("typ", ["JWT", "", "jwt+at"])
def test_an_id_token_is_no_access_token(provider: Provider, typ: str) -> None:
    provider.header = {"typ": typ}
    token = access_token(provider)
    assert fault_of(provider, token) == "type"


def test_the_long_spelling_of_the_type_is_fine(provider: Provider) -> None:
    provider.header = {"typ": "application/AT+JWT"}
    assert read(provider, access_token(provider)).subject == "alice"


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"iss": "https://other.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"iss": ["x"]}, "issuer"),
        ({"aud": "other"}, "audience"),
        ({"aud": None}, "audience"),
        ({"exp": 1}, "expired"),
        ({"nbf": int(time.time()) + 10**8}, "expired"),
        ({"exp": None}, "malformed"),
        ({"auth_time": "now"}, "malformed"),
        ({"sub": 7}, "subject"),
        ({"sub": "a" * 256}, "subject"),
        ({"acr": {}}, "subject"),
    ],
)
def test_a_claim_that_does_not_fit_refuses_the_token(
    provider: Provider, claims: dict[str, Any], fault: str
) -> None:
    assert fault_of(provider, access_token(provider, **claims)) == fault


def test_a_token_is_over_when_it_says_so(provider: Provider) -> None:
    assert fault_of(provider, access_token(provider, exp=int(time.time()) - 1)) == "expired"


def test_two_audiences_with_this_api_among_them_are_fine(provider: Provider) -> None:
    assert read(provider, access_token(provider, aud=["other", AUDIENCE])).subject == "alice"


def test_the_issuer_chooses_its_keys_and_nobody_else_does(provider: Provider) -> None:
    token = access_token(provider)
    provider.key = provider.other_key
    forged = access_token(provider)
    assert fault_of(provider, forged) == "signature"
    head, body, _signature = token.split(".")
    assert fault_of(provider, f"{head}.{body}.AAAA") == "signature"


def test_a_shared_secret_and_no_signature_are_no_algorithms(provider: Provider) -> None:
    access_token(provider)
    assert fault_of(provider, provider.signed_with_the_public_key()) == "algorithm"
    assert fault_of(provider, access_token(provider), ALGORITHMS=["ES256"]) == "algorithm"


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "é.b.c", "." * 5, "W10.W10.x"])
def test_rubbish_is_refused_without_a_request(provider: Provider, token: str) -> None:
    assert fault_of(provider, token) == "malformed"
    assert provider.asked == []


def test_a_token_that_is_too_long_is_not_read(provider: Provider) -> None:
    assert fault_of(provider, "a" * 20_000) == "malformed"


def test_an_unknown_issuer_is_not_asked(provider: Provider) -> None:
    token = access_token(provider)
    with pytest.raises(AccessTokenError):
        read_access_token(token, issuers={}, now=timezone.now())
    assert provider.asked == []


def test_keys_that_cannot_be_read_refuse_the_token(provider: Provider) -> None:
    token = access_token(provider)
    provider.jwks = b"{}"
    with pytest.raises(ProviderUnusableError):
        read(provider, token)


def test_keys_at_a_place_of_their_own_need_no_metadata(provider: Provider) -> None:
    read(provider, access_token(provider), JWKS_URI=f"{provider.url}/jwks")
    assert provider.asked == ["/jwks"]
