"""Browsers read the list without cookies, as plain JSON, at one place."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

PATH = "/.well-known/webauthn"


def read(settings: Any, *origins: str, party: str = "acme.com") -> Any:
    settings.ROOT_URLCONF = "tests.web.related"
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "RELYING_PARTY_ID": party,
        "RELYING_PARTY_ORIGINS": list(origins),
    }
    return Client().get(PATH)


def test_it_lists_the_origins_of_other_domains_alone(settings: Any) -> None:
    found = read(settings, "https://app.acme.com", "https://acme.de")
    assert found["Content-Type"] == "application/json"
    assert found.content == b'{"origins": ["https://acme.de"]}'
    assert found["Cache-Control"] == "public, max-age=600"
    assert not found.cookies


@pytest.mark.parametrize("party", ["acme.com", ""])
def test_without_any_there_is_no_list(settings: Any, party: str) -> None:
    origins = ["https://app.acme.com"] if party else ["https://acme.de"]
    assert read(settings, *origins, party=party).status_code == 404
