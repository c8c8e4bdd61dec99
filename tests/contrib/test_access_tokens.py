"""APIs open to a strong and fresh sign-in, and say what is missing (RFC 9470)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from otpguard.contrib.access_tokens import requires_access_token
from otpguard.models import Event, FederatedIdentity, Hold, Membership
from tests import factories
from tests.federating import idp
from tests.oidc_server import Provider
from tests.store_down import no_answer
from tests.tokens import FRESH, TokenHost, token_host

pytestmark = pytest.mark.django_db
DOORS = ["/billing/", "/plain/"]
INSUFFICIENT = (
    'Bearer error="insufficient_user_authentication",'
    ' error_description="A stronger or more recent authentication is required",'
    f' acr_values="phr mfa", max_age={FRESH}'
)


@pytest.fixture
def host(provider: Provider, settings: Any) -> TokenHost:
    return token_host(provider, settings)


@pytest.mark.parametrize("url", [*DOORS, "/later/pro/"])
def test_a_strong_and_fresh_sign_in_opens_the_view(host: TokenHost, url: str) -> None:
    answer = host.call(url)
    assert answer.status_code == 200
    assert str(host.user.pk) in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("url", [*DOORS, "/later/pro/"])
@pytest.mark.parametrize(
    "claims",
    [{"acr": "0"}, {"acr": None}, {"auth_time": None}, {"auth_time": int(time.time()) - 999}],
)
def test_a_weak_or_old_sign_in_is_told_what_to_get(
    host: TokenHost, url: str, claims: dict[str, Any]
) -> None:
    refused = host.call(url, **claims)
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, INSUFFICIENT)
    assert refused["Content-Type"] == "application/problem+json"
    told = refused.json()
    assert (told["code"], told["acr_values"], told["max_age"]) == (
        "insufficient_user_authentication",
        "phr mfa",
        FRESH,
    )


@pytest.mark.parametrize("url", DOORS)
@pytest.mark.parametrize("claims", [{"sub": "app"}, {"sub": None}])
def test_a_service_is_refused_and_never_asked_to_step_up(
    host: TokenHost, url: str, claims: dict[str, Any]
) -> None:
    refused = host.call(url, **claims)
    assert (refused.status_code, refused.json()["code"]) == (403, "service_token")
    assert "WWW-Authenticate" not in refused


@pytest.mark.parametrize("url", DOORS)
@pytest.mark.parametrize(
    "policy", [{"required_level": "AAL3"}, {"binds_intent": True}, {"idp_satisfies": False}]
)
def test_what_takes_a_person_leads_to_the_browser(
    provider: Provider, settings: Any, url: str, policy: dict[str, Any]
) -> None:
    refused = token_host(provider, settings, **policy).call(url)
    assert (refused.status_code, refused.json()["code"]) == (403, "browser_required")
    assert refused.json()["browser_url"] == "http://testserver/money/"


@pytest.mark.parametrize("url", DOORS)
@pytest.mark.parametrize(
    "claims",
    [{"aud": "other"}, {"exp": 1}, {"iss": "https://evil.example"}, {"sub": "somebody"}],
)
def test_a_wrong_token_is_refused_in_the_same_words(
    host: TokenHost, url: str, claims: dict[str, Any]
) -> None:
    refused = host.call(url, **claims)
    assert (refused.status_code, refused["WWW-Authenticate"]) == (
        401,
        'Bearer error="invalid_token"',
    )


@pytest.mark.parametrize("url", DOORS)
@pytest.mark.parametrize("token", ["", "two words", "a.b.c"])
def test_rubbish_and_nothing_are_refused(host: TokenHost, url: str, token: str) -> None:
    refused = host.call(url, token=token)
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("url", DOORS)
def test_another_tenant_has_nobody_of_this_subject(host: TokenHost, url: str) -> None:
    other = factories.tenant()
    assert host.call(url, tenant=other).status_code == 401
    theirs = factories.member(other, roles=["admin"]).user
    provider = idp(other, issuer=host.provider.url)
    FederatedIdentity.objects.create(provider=provider, subject="mallory", user=theirs)
    assert host.call(url, sub="mallory").status_code == 401
    assert host.call(url, sub="mallory", tenant=other).status_code == 200


@pytest.mark.parametrize("url", DOORS)
def test_who_has_left_is_refused(host: TokenHost, url: str) -> None:
    Membership.objects.filter(user=host.user).update(active=False)
    refused = host.call(url)
    assert (refused.status_code, refused.json()["code"]) == (403, "membership_inactive")


@pytest.mark.parametrize(("url", "code"), [("/billing/", None), ("/plain/", "issuer_unavailable")])
def test_without_the_servers_keys_nobody_passes(
    host: TokenHost, url: str, code: str | None
) -> None:
    host.provider.jwks = b"[]"
    refused = host.call(url)
    assert refused.status_code == 503
    if code is not None:
        assert refused.json()["code"] == code


@pytest.mark.parametrize("url", DOORS)
def test_without_the_store_nobody_passes(host: TokenHost, url: str) -> None:
    with no_answer():
        refused = host.call(url)
    assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")


def test_a_cookie_opens_no_view_that_takes_tokens_alone(host: TokenHost) -> None:
    browser = factories.login(Client(), host.user, host.tenant)
    refused = browser.post("/plain/", headers={"X-Tenant": str(host.tenant.pk)})
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")


def test_a_browser_is_asked_for_a_proof_of_its_own_as_ever(host: TokenHost) -> None:
    factories.phone_factor(host.user)
    browser = factories.login(Client(), host.user, host.tenant)
    headers = {"X-Tenant": str(host.tenant.pk), "Accept": "application/json"}
    refused = browser.get("/billing/", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "step_up_required")


def test_passes_and_refusals_are_in_the_log(host: TokenHost) -> None:
    host.call()
    host.call(acr="0")
    host.call(sub="app")
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["checkpoint.passed", "checkpoint.required", "checkpoint.denied"]


def test_many_calls_with_one_token_are_one_line_of_the_log(host: TokenHost) -> None:
    token = host.call().wsgi_request.META["HTTP_AUTHORIZATION"].split()[1]
    for _ in range(3):
        assert host.call(token=token).status_code == 200
    assert Event.objects.filter(kind="checkpoint.passed").count() == 1


def test_a_trial_run_lets_a_weak_sign_in_pass_and_says_so(
    provider: Provider, settings: Any
) -> None:
    host = token_host(provider, settings)
    ends = timezone.localdate() + timedelta(days=5)
    settings.OTPGUARD = {**settings.OTPGUARD, "REPORT_ONLY": {"billing_change": ends}}
    assert host.call(acr="0").status_code == 200
    assert Event.objects.filter(kind="checkpoint.reported").count() == 1
    assert host.call(sub="app").status_code == 403


def test_an_unknown_checkpoint_is_an_error_at_import() -> None:
    with pytest.raises(ImproperlyConfigured, match="data_export"):
        requires_access_token("data_exprot")


def test_a_hold_is_told(host: TokenHost) -> None:
    assert Hold.objects.count() == 0
    until = "2999-01-01T00:00:00+00:00"
    Membership.objects.filter(user=host.user).update(held={"billing_change": until})
    assert host.call().json()["code"] == "checkpoint_held"
