"""TOKEN_ISSUERS names servers that can be trusted, and a mistake in it is numbered."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.conf import problems
from otpguard.conf.people.token_issuers import person_finder, read_token_issuers

ISSUER = "https://login.example.com"
GOOD: dict[str, Any] = {"AUDIENCE": "https://api.example.com", "ACR": ["phr", "mfa"]}


def find(_issuer: str, _subject: str) -> None:
    """Nobody."""


def test_each_value_is_read() -> None:
    entry = {**GOOD, "ALGORITHMS": ["ES256"], "JWKS_URI": f"{ISSUER}/keys", "PERSON": "acme.find"}
    made = read_token_issuers({ISSUER: entry})[ISSUER]
    assert (made.issuer, made.audience, made.acr) == (ISSUER, GOOD["AUDIENCE"], ("phr", "mfa"))
    assert (made.algorithms, made.jwks_uri) == (("ES256",), f"{ISSUER}/keys")
    assert made.person == "acme.find"


def test_a_developers_own_server_may_speak_plain_http() -> None:
    assert read_token_issuers({"http://127.0.0.1:8080": GOOD})


@pytest.mark.parametrize(
    ("entry", "check"),
    [
        ({**GOOD, "AUDIENC": "x"}, "otpguard.E001"),
        ("mfa", "otpguard.E002"),
        ({"ACR": ["mfa"]}, "otpguard.E225"),
        ({**GOOD, "ACR": []}, "otpguard.E225"),
        ({**GOOD, "ACR": ['m"fa']}, "otpguard.E225"),
        ({**GOOD, "ACR": ["m fa"]}, "otpguard.E225"),
        ({**GOOD, "ACR": [f"a{n}" for n in range(17)]}, "otpguard.E225"),
        ({**GOOD, "ALGORITHMS": ["HS256"]}, "otpguard.E225"),
        ({**GOOD, "ALGORITHMS": ["none"]}, "otpguard.E225"),
        ({**GOOD, "ALGORITHMS": []}, "otpguard.E225"),
        ({**GOOD, "JWKS_URI": "http://login.example.com/keys"}, "otpguard.E225"),
    ],
)
def test_a_mistake_is_numbered(entry: Any, check: str) -> None:
    found = problems({"TOKEN_ISSUERS": {ISSUER: entry}})
    assert [each.check for each in found] == [check]


@pytest.mark.parametrize(
    "issuer", ["http://login.example.com", "login.example.com", "https://[", ""]
)
def test_an_issuer_is_an_https_url(issuer: str) -> None:
    found = problems({"TOKEN_ISSUERS": {issuer: GOOD}})
    assert [each.check for each in found] == ["otpguard.E225"]


def test_the_hosts_function_is_found() -> None:
    assert person_finder(read_token_issuers({ISSUER: GOOD})[ISSUER]) is None
    named = read_token_issuers({ISSUER: {**GOOD, "PERSON": f"{__name__}.find"}})[ISSUER]
    assert person_finder(named) is find
    wrong = read_token_issuers({ISSUER: {**GOOD, "PERSON": f"{__name__}.ISSUER"}})[ISSUER]
    with pytest.raises(TypeError):
        person_finder(wrong)
