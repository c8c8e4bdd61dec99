"""A refusal carries its answer to the middleware, and stays in the log."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone

from otpguard.core.decision import Reason
from otpguard.federation.access_token import read_access_token
from otpguard.http.bearer.caller import TokenCaller
from otpguard.http.bearer.guard import require_token
from otpguard.http.guard_state import STATE, RequestRefused, state_of
from tests.oidc_server import Provider
from tests.tokens import TokenHost, access_token, issuer_of, token_host

pytestmark = pytest.mark.django_db


@pytest.fixture
def host(provider: Provider, settings: Any) -> TokenHost:
    return token_host(provider, settings)


def ask(host: TokenHost, method: str = "post", **claims: Any) -> HttpRequest:
    provider = host.provider
    token = read_access_token(
        access_token(provider, **claims),
        issuers={provider.url: issuer_of(provider)},
        now=timezone.now(),
    )
    request = getattr(RequestFactory(), method)("/", headers={"X-Tenant": str(host.tenant.pk)})
    request.resolver_match = None
    request.__dict__[STATE] = None
    user = host.user if token.subject else AnonymousUser()
    require_token(request, TokenCaller(user, token), "billing_change", browser_url="/money/")
    return request


def test_a_pass_leaves_nothing_to_write(host: TokenHost) -> None:
    assert state_of(ask(host)).pending == []


@pytest.mark.parametrize(
    ("claims", "reason", "status"),
    [({"acr": "0"}, Reason.NO_PROOF, 401), ({"sub": "app"}, Reason.SERVICE_TOKEN, 403)],
)
def test_a_refusal_has_its_answer(
    host: TokenHost, claims: dict[str, Any], reason: Reason, status: int
) -> None:
    with pytest.raises(RequestRefused) as caught:
        ask(host, **claims)
    assert caught.value.decision.reason is reason
    assert caught.value.answer is not None
    assert caught.value.answer.status_code == status
