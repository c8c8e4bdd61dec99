"""Input about an organization's own sign-in service, refused before a code where it cannot work."""

from __future__ import annotations

import pytest

from otpguard.federation.speakers import speakers
from otpguard.forms.team.sign_in import WORDS, SignInForm

WANTED = {
    "name": "Acme",
    "profile": "okta",
    "protocol": "oidc",
    "issuer": "https://acme.example",
    "client_id": "abc",
    "max_age": "300",
}


def test_every_field_has_its_plain_words() -> None:
    assert set(SignInForm().fields) == set(WORDS)


def test_what_the_vendor_says_of_more_than_one_may_be_listed() -> None:
    form = SignInForm({**WANTED, "amr": "mfa", "acr": "urn:okta:loa:2fa:any"})
    assert form.is_valid(), form.errors
    assert form.values["accepted"] == {"amr": ["mfa"], "acr": ["urn:okta:loa:2fa:any"]}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amr": "mfa\npwd"}, "amr"),
        ({"client_id": ""}, "client_id"),
        ({"issuer": "http://acme.example"}, "issuer"),
        ({"metadata": "http://acme.example/conf"}, "metadata"),
        ({"profile": "onelogin", "amr": "mfa"}, "amr"),
    ],
)
def test_what_cannot_work_is_said_at_its_field(changed: dict[str, str], field: str) -> None:
    form = SignInForm({**WANTED, **changed})
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_a_protocol_that_nobody_speaks_here_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speakers, "saml", None)
    sent = {**WANTED, "protocol": "saml", "metadata": "<x/>"}
    assert "protocol" in SignInForm(sent).errors
