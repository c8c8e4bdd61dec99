"""SAML responses: the right one is read, and every other one is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otpguard.core.federation.evidence import Protocol
from otpguard.federation.metadata import ProviderUnusableError
from otpguard.federation.saml import PythonSaml, sp_metadata
from otpguard.federation.speakers import SamlPlaces, SamlRefusedError, SamlSignIn
from otpguard.models import IdentityProvider
from tests.saml_idp import ACS, ENTITY, ENTITY_OF_HOST, MFA, SHA1, AuthnRequest, Said, encoded
from tests.saml_idp import metadata as idp_metadata

PLACES = SamlPlaces(acs=ACS, entity=ENTITY_OF_HOST)


def row(**changed: Any) -> IdentityProvider:
    usual = {"issuer": ENTITY, "metadata": idp_metadata(), "asks_for": [MFA], "protocol": "saml"}
    return IdentityProvider(**{**usual, **changed})


def redeem(response: str, request_id: str = "_r1") -> SamlSignIn:
    return PythonSaml().redeem(
        row(), response=response, request_id=request_id, places=PLACES, now=datetime.now(UTC)
    )


def test_a_signed_answer_to_our_request_is_evidence() -> None:
    said = Said("_r1")
    found = redeem(said.response())
    assert found.assertion == f"_{said.id}"
    assert (found.evidence.issuer, found.evidence.subject) == (ENTITY, "alice")
    assert found.evidence.contexts == (MFA,)
    assert found.evidence.protocol is Protocol.SAML
    at = found.evidence.authenticated_at
    assert at is not None
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "changed",
    [
        {"signs": False},
        {"audience": "https://other.example"},
        {"recipient": "https://other.example/acs"},
        {"destination": "https://other.example/acs"},
        {"issuer": "https://other.example"},
        {"until": timedelta(hours=-1)},
        {"algorithm": SHA1},
        {"subject": ""},
        {"subject": "x" * 300},
        {"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"},
    ],
    ids="-".join,
)
def test_an_answer_that_is_not_for_us_now_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(SamlRefusedError):
        redeem(Said("_r1", **changed).response())


def test_an_answer_to_another_request_is_refused() -> None:
    with pytest.raises(SamlRefusedError):
        redeem(Said("_r2").response())


def test_a_provider_that_cannot_reach_the_context_says_so() -> None:
    status = "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"
    with pytest.raises(SamlRefusedError) as refused:
        redeem(Said("_r1", status=status).response())
    assert refused.value.unmet


def test_a_context_that_was_changed_afterwards_is_refused() -> None:
    said = Said("_r1", context="weak")
    with pytest.raises(SamlRefusedError):
        redeem(encoded(said.around(said.assertion().replace(">weak<", f">{MFA}<"))))


def test_a_comment_in_the_name_leaves_the_whole_name() -> None:
    said = Said("_r1", subject="alice.evil")
    cut = said.assertion().replace("alice.evil", "alice<!-- -->.evil")
    assert redeem(encoded(said.around(cut))).evidence.subject == "alice.evil"


def wrapped(shape: str) -> str:
    """An assertion of Mallory's around, before, after or inside the one that is signed."""
    said = Said("_r1")
    good, evil = said.assertion(), Said("_r1", subject="mallory", signs=False).assertion()
    same = Said("_r1", subject="mallory", signs=False, id=said.id).assertion()
    inner = evil.replace("</saml:Assertion>", f"<saml:Advice>{good}</saml:Advice></saml:Assertion>")
    extension = '<samlp:Extensions xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">'
    shapes = {
        "before": said.around(evil + good),
        "after": said.around(good + evil),
        "nested": said.around(inner),
        "same id": said.around(same + good),
        "extensions": said.around(f"{extension}{good}</samlp:Extensions>{evil}"),
        "object": said.around(
            evil.replace(
                "<saml:Subject>",
                '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
                f"<ds:Object>{good}</ds:Object></ds:Signature><saml:Subject>",
            )
        ),
    }
    return encoded(shapes[shape])


@pytest.mark.parametrize("shape", ["before", "after", "nested", "same id", "extensions", "object"])
def test_an_assertion_wrapped_with_another_is_refused(shape: str) -> None:
    with pytest.raises(SamlRefusedError):
        redeem(wrapped(shape))


@pytest.mark.parametrize("body", ["", "%%%", "PGE+", "A" * 5000], ids=["none", "no", "xml", "long"])
def test_what_is_no_response_is_refused(body: str) -> None:
    with pytest.raises(SamlRefusedError):
        redeem(body)


def test_a_document_type_is_refused_and_nothing_of_it_is_read() -> None:
    said = Said("_r1")
    bomb = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(SamlRefusedError):
        redeem(encoded(bomb + said.around(said.assertion())))


def test_a_step_up_asks_for_a_new_proof_in_our_contexts_and_a_login_does_not() -> None:
    for steps_up in (True, False):
        url, request_id = PythonSaml().request_url(
            row(), state="s1", places=PLACES, steps_up=steps_up
        )
        sent = AuthnRequest.of(url)
        assert (sent.id, sent.state) == (request_id, "s1")
        assert ('ForceAuthn="true"' in sent.xml) is steps_up
        assert (MFA in sent.xml) is steps_up


@pytest.mark.parametrize("text", ["", "<a/>", "<!DOCTYPE a><a/>", "x" * 300_000, "other"])
def test_metadata_that_cannot_be_used_send_nobody_away(text: str) -> None:
    provider = row(metadata=idp_metadata("https://other.example") if text == "other" else text)
    with pytest.raises(ProviderUnusableError):
        PythonSaml().request_url(provider, state="s", places=PLACES, steps_up=False)


def test_our_metadata_name_the_place_for_responses() -> None:
    text = sp_metadata(PLACES).decode()
    assert ACS in text
    assert ENTITY_OF_HOST in text
    assert 'WantAssertionsSigned="true"' in text
