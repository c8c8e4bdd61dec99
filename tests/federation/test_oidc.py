"""The bare client asks for what the tenant wants and verifies what comes."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from otpguard.federation.metadata import ProviderUnusableError
from otpguard.federation.oidc import (
    Secrets,
    authorization_url,
    is_foreign_issuer,
    redeem,
)
from otpguard.models import IdentityProvider
from tests import factories
from tests.federating import idp
from tests.oidc_server import CLIENT, Provider

pytestmark = pytest.mark.django_db
CALLBACK = "https://app.example/sso/callback/"


def asked(row: IdentityProvider, kept: Secrets, *, steps_up: bool = True) -> dict[str, str]:
    url = authorization_url(row, kept=kept, callback=CALLBACK, steps_up=steps_up)
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def row_of(provider: Provider, **fields: object) -> IdentityProvider:
    return idp(factories.tenant(), issuer=provider.url, **fields)


def test_a_step_up_asks_for_a_new_proof_of_the_wanted_kind(provider: Provider) -> None:
    kept = Secrets()
    query = asked(row_of(provider, asks_for=["phr", "urn:okta:loa:2fa:any"]), kept)

    assert query["acr_values"] == "phr urn:okta:loa:2fa:any"
    assert (query["prompt"], query["max_age"]) == ("login", "0")
    assert (query["state"], query["nonce"]) == (kept.state, kept.nonce)
    digest = base64.urlsafe_b64encode(sha256(kept.verifier.encode()).digest()).decode()
    assert query["code_challenge"] == digest.rstrip("=")


def test_a_login_asks_for_nothing_special(provider: Provider) -> None:
    query = asked(row_of(provider, asks_for=["phr"]), Secrets(), steps_up=False)
    assert not {"acr_values", "prompt", "max_age", "claims"} & set(query)


def test_entra_is_asked_by_claims_and_google_not_at_all(provider: Provider) -> None:
    entra = asked(row_of(provider, profile="entra", asks_for=["c1"]), Secrets())
    assert json.loads(entra["claims"]) == {
        "id_token": {"acrs": {"essential": True, "values": ["c1"]}}
    }
    assert "acr_values" not in entra
    assert "prompt" not in asked(row_of(provider, profile="google"), Secrets())


def test_no_two_exchanges_share_a_secret() -> None:
    first, second = Secrets(), Secrets()
    values = {first.state, first.nonce, first.verifier, second.state, second.nonce, second.verifier}
    assert len(values) == 6


def test_a_code_becomes_evidence_with_the_verifier_and_the_secret(provider: Provider) -> None:
    kept = Secrets()
    provider.nonce = kept.nonce
    row = row_of(provider, client_secret="s3 cret")

    row.refresh_from_db()
    found = redeem(row, code="c", kept=kept, callback=CALLBACK, now=timezone.now())

    assert found.subject == "alice"
    form = provider.forms[0]
    assert form["code_verifier"] == [kept.verifier]
    assert form["client_id"] == [CLIENT]


@pytest.mark.parametrize(
    ("said", "foreign"), [(None, True), ("", True), ("https://other.example", True)]
)
def test_who_always_names_itself_must(provider: Provider, said: str | None, foreign: bool) -> None:
    assert is_foreign_issuer(row_of(provider), said) is foreign
    assert not is_foreign_issuer(row_of(provider), provider.url)


def test_who_never_names_itself_need_not(provider: Provider) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": False}
    assert not is_foreign_issuer(row_of(provider), None)


def test_a_provider_that_is_away_is_unusable() -> None:
    row = idp(factories.tenant(), issuer="http://127.0.0.1:9")
    with pytest.raises(ProviderUnusableError):
        authorization_url(row, kept=Secrets(), callback=CALLBACK, steps_up=True)
