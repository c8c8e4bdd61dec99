"""Sign-ins of libraries are verified by the one row that is meant, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from otpguard.federation.speakers import SamlPlaces, SamlRefusedError, SamlSignIn
from otpguard.models import IdentityProvider, Tenant
from otpguard.web.federation.by_library import SignInRefusedError, by_id_token, by_response
from tests import factories
from tests.federating import idp
from tests.web.federation.sso_host import SsoHost

NONCE = "n0nce"
PLACES = SamlPlaces(acs="http://testserver/acs/", entity="http://testserver/")


def signed(sso: SsoHost) -> str:
    sso.server.nonce = NONCE
    return sso.server.token()


def test_a_token_for_this_nonce_says_who_it_is(sso: SsoHost) -> None:
    found = by_id_token(signed(sso), client_id="otpguard", nonce=NONCE, issuer=sso.server.url)
    assert (found.provider, found.evidence.subject, found.statement) == (sso.row, "alice", NONCE)


CASES: dict[str, Callable[[SsoHost], Any]] = {
    "the provider is off": lambda sso: IdentityProvider.objects.update(enabled=False),
    "the tenant is suspended": lambda sso: Tenant.objects.update(status=Tenant.Status.SUSPENDED),
    "it is another client's": lambda sso: IdentityProvider.objects.update(client_id="b"),
    "there are two of them": lambda sso: idp(factories.tenant(), issuer=sso.server.url),
    "an organization has set it up itself": lambda _sso: IdentityProvider.objects.update(
        outside=True
    ),
    "its keys cannot be read": lambda sso: setattr(sso.server, "jwks", b"none"),
}


@pytest.mark.parametrize("case", list(CASES))
def test_without_the_one_row_that_is_meant_nothing_is_verified(sso: SsoHost, case: str) -> None:
    token = signed(sso)
    CASES[case](sso)
    with pytest.raises(SignInRefusedError, match="unreachable"):
        by_id_token(token, client_id="otpguard", nonce=NONCE, issuer=sso.server.url)


def test_an_organization_stops_nobodys_sign_ins_by_naming_the_same_issuer_and_client(
    sso: SsoHost,
) -> None:
    idp(factories.tenant(), issuer=sso.server.url, outside=True)
    found = by_id_token(signed(sso), client_id="otpguard", nonce=NONCE, issuer=sso.server.url)
    assert found.provider == sso.row


@pytest.mark.parametrize("nonce", ["", None, "another"])
def test_a_token_for_no_nonce_or_another_is_refused(sso: SsoHost, nonce: Any) -> None:
    with pytest.raises(SignInRefusedError):
        by_id_token(signed(sso), client_id="otpguard", nonce=nonce, issuer=sso.server.url)


class Refusing:
    """A provider that could not do what was asked."""

    def request_url(self, *_args: Any, **_options: Any) -> tuple[str, str]:
        return "", ""

    def redeem(self, *_args: Any, **_options: Any) -> SamlSignIn:
        raise SamlRefusedError(f"NoAuthnContext at {timezone.now()}", unmet=True)


@pytest.mark.django_db
def test_a_response_must_answer_a_request_and_what_was_asked() -> None:
    idp(factories.tenant(), protocol="saml", issuer="https://idp.example")
    for request_id, word in (("", "gone"), ("_1", "unmet")):
        with pytest.raises(SignInRefusedError, match=word):
            by_response(
                Refusing(),
                "PHg+",
                issuer="https://idp.example",
                request_id=request_id,
                places=PLACES,
            )
