"""Which protocols a project speaks."""

from __future__ import annotations

from otpguard.federation.speakers import SamlRefusedError, speakers


def test_saml_is_spoken_where_it_is_installed() -> None:
    before = speakers.saml
    try:
        speakers.saml = None
        assert speakers.protocols == {"oidc"}
        speakers.saml = object()
        assert speakers.protocols == {"oidc", "saml"}
    finally:
        speakers.saml = before


def test_a_refusal_says_whether_the_provider_could_not_do_it() -> None:
    assert SamlRefusedError("no context", unmet=True).unmet
    assert not SamlRefusedError("no signature").unmet
