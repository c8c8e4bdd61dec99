"""Including the URLs is what lets a project speak SAML."""

from __future__ import annotations

from otpguard.contrib import saml
from otpguard.federation.saml import PythonSaml
from otpguard.federation.speakers import speakers


def test_its_urls_bring_the_speaker() -> None:
    assert isinstance(speakers.saml, PythonSaml)
    assert [each.name for each in saml.urlpatterns] == [
        "otpguard_sso_acs",
        "otpguard_sso_metadata",
    ]
