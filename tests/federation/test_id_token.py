"""An ID token counts only if the provider signed it, for us, for this exchange, now."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.federation.evidence import SignInEvidence
from otpguard.federation.id_token import ExpectedToken, IdTokenError, TokenFault, evidence_of
from otpguard.federation.metadata import metadata_of
from tests.oidc_server import CLIENT, Provider


def read(provider: Provider, token: object = None) -> SignInEvidence:
    provider.nonce = "n-1"
    expected = ExpectedToken(metadata=metadata_of(provider.url), client_id=CLIENT, nonce="n-1")
    return evidence_of(
        provider.token() if token is None else token, expected=expected, now=timezone.now()
    )


def fault_of(provider: Provider, token: object = None) -> TokenFault:
    with pytest.raises(IdTokenError) as caught:
        read(provider, token)
    return caught.value.fault


def test_a_right_token_says_who_how_and_when(provider: Provider) -> None:
    provider.claims = {"acr": "phr", "acrs": ["c1"]}
    found = read(provider)

    assert (found.issuer, found.subject) == (provider.url, "alice")
    assert (found.amr, found.acr, found.acrs) == (("pwd", "mfa"), "phr", ("c1",))
    assert found.authenticated_at is not None


def test_a_token_without_a_time_says_none(provider: Provider) -> None:
    provider.claims = {"auth_time": None}
    assert read(provider).authenticated_at is None


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"iss": "https://other.example"}, TokenFault.ISSUER),
        ({"aud": "other"}, TokenFault.AUDIENCE),
        ({"aud": "other", "azp": CLIENT}, TokenFault.AUDIENCE),
        ({"aud": [CLIENT, "other"]}, TokenFault.AUDIENCE),
        ({"aud": [CLIENT, "other"], "azp": "other"}, TokenFault.AUDIENCE),
        ({"aud": CLIENT, "azp": "other"}, TokenFault.AUDIENCE),
        ({"nonce": "n-2"}, TokenFault.NONCE),
        ({"nonce": None}, TokenFault.NONCE),
        ({"nonce": 1}, TokenFault.NONCE),
        ({"exp": 61}, TokenFault.EXPIRED),
        ({"iat": int(time.time()) + 10**8}, TokenFault.EXPIRED),
        ({"iat": 3600}, TokenFault.EXPIRED),
        ({"exp": "tomorrow"}, TokenFault.MALFORMED),
        ({"exp": 10**30}, TokenFault.MALFORMED),
        ({"iat": None}, TokenFault.MALFORMED),
        ({"auth_time": True}, TokenFault.MALFORMED),
        ({"sub": None}, TokenFault.SUBJECT),
        ({"sub": ""}, TokenFault.SUBJECT),
        ({"sub": "a" * 256}, TokenFault.SUBJECT),
        ({"sub": "a\0b"}, TokenFault.SUBJECT),
    ],
)
def test_a_claim_that_does_not_fit_refuses_the_token(
    provider: Provider, claims: dict[str, Any], fault: TokenFault
) -> None:
    provider.claims = claims
    assert fault_of(provider) is fault


def test_two_audiences_with_us_as_the_party_are_fine(provider: Provider) -> None:
    provider.claims = {"aud": [CLIENT, "api"], "azp": CLIENT}
    assert read(provider).subject == "alice"


def test_a_token_that_nobody_signed_is_refused(provider: Provider) -> None:
    provider.nonce = "n-1"
    _header, body, _signature = provider.token().split(".")
    unsigned = f"eyJhbGciOiJub25lIn0.{body}."
    assert fault_of(provider, unsigned) is TokenFault.ALGORITHM


def test_the_public_key_is_no_shared_secret(provider: Provider) -> None:
    provider.nonce = "n-1"
    assert fault_of(provider, provider.signed_with_the_public_key()) is TokenFault.ALGORITHM


def test_a_key_that_is_not_published_signs_nothing(provider: Provider) -> None:
    provider.key = provider.other_key
    assert fault_of(provider) is TokenFault.SIGNATURE


def test_an_edited_body_is_refused(provider: Provider) -> None:
    provider.nonce = "n-1"
    head, body, signature = provider.token().split(".")
    assert fault_of(provider, f"{head}.{body[:-4]}AAAA.{signature}") is TokenFault.SIGNATURE


@pytest.mark.parametrize("token", [None, 1, "", "x", "a.b.c", "W10.e30.x", "é.b.c", "x" * 20_000])
def test_what_is_no_token_is_refused(provider: Provider, token: object) -> None:
    assert fault_of(provider, token if token is not None else {}) is TokenFault.MALFORMED


def test_an_audience_is_ours_with_any_party(provider: Provider) -> None:
    provider.claims = {"aud": "other", "azp": CLIENT}
    assert fault_of(provider) is TokenFault.AUDIENCE
