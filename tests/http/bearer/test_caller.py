"""The header is read, and the token's person found."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from otpguard.federation.access_token import AccessTokenError
from otpguard.http.bearer.caller import caller_of
from tests.oidc_server import Provider
from tests.tokens import access_token, token_host

pytestmark = pytest.mark.django_db


def asked(settings: Any, provider: Provider, header: str) -> Any:
    host = token_host(provider, settings)
    request = RequestFactory().get("/", headers={"X-Tenant": str(host.tenant.pk)})
    request.META["HTTP_AUTHORIZATION"] = header
    return host, caller_of(request)


def test_the_person_of_the_token_calls(settings: Any, provider: Provider) -> None:
    token = access_token(provider)
    host, caller = asked(settings, provider, f"bearer {token}")
    assert (caller.user, caller.token.client) == (host.user, "app")


def test_a_service_is_nobody(settings: Any, provider: Provider) -> None:
    token = access_token(provider, sub="app")
    _host, caller = asked(settings, provider, f"Bearer {token}")
    assert not caller.user.is_authenticated


@pytest.mark.parametrize("header", ["", "Basic abc", "Token abc"])
def test_other_schemes_are_left_to_others(settings: Any, provider: Provider, header: str) -> None:
    assert asked(settings, provider, header)[1] is None


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer a.b.c"])
def test_rubbish_is_refused(settings: Any, provider: Provider, header: str) -> None:
    with pytest.raises(AccessTokenError):
        asked(settings, provider, header)
