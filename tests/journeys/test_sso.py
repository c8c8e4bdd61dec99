"""Single sign-on in a browser: what an identity provider's check opens, and what it does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from otpguard.federation.saml import PythonSaml
from otpguard.federation.speakers import speakers
from otpguard.flows.tenant.policy import change_policy
from otpguard.models import FederatedIdentity, Grant
from tests import factories, guarded
from tests.federating import idp
from tests.idp_statements import VENDORS, Statements
from tests.journeys.signing_in import BACKEND, SignIn
from tests.oidc_server import Provider
from tests.saml_idp import ENTITY, MFA, PASSWORD
from tests.saml_server import saml_server

OKTA = VENDORS[0]
EACH = [
    pytest.param(vendor, id=vendor.profile, marks=() if vendor is OKTA else pytest.mark.slow)
    for vendor in VENDORS
]
"""Okta alone by default: the same pages and steps for all of them."""

UPSTREAM = [each for each in EACH if each.values[0].goes_upstream]
Enroll = Callable[..., SignIn]


@pytest.fixture
def enroll(page: Page, settings: Any, reload_site: Callable[[], None]) -> Enroll:
    """A member with a phone who is `alice` at the provider of their tenant, which the tenant's
    policy lets serve; the arguments are the provider's."""
    settings.ROOT_URLCONF = "tests.journeys.signing_in"
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, BACKEND]
    settings.OTPGUARD = {**settings.OTPGUARD, "LOGIN_BACKENDS": {BACKEND: "sso"}}
    reload_site()
    guarded.ran.clear()

    def enrolled(**fields: Any) -> SignIn:
        tenant = factories.tenant()
        user = factories.member(tenant, roles=["admin"]).user
        factories.phone_factor(user)
        row = idp(tenant, name="Acme sign-in", **fields)
        FederatedIdentity.objects.create(provider=row, subject="alice", user=user)
        change_policy(
            facts=factories.facts(),
            tenant=tenant,
            checkpoint="billing_change",
            wishes={"idp_satisfies": True, "active": True},
        )
        return SignIn(page, row)

    return enrolled


@pytest.fixture
def sign_in_at(enroll: Enroll, provider: Provider) -> Enroll:
    """`sign_in_at(vendor)`: the tenant's provider is of this vendor, by OIDC."""
    return lambda vendor: enroll(
        profile=vendor.profile,
        issuer=provider.url,
        accepted=vendor.accepted,
        asks_for=list(vendor.asks_for),
    )


def nothing_of_theirs_counts() -> None:
    assert not Grant.objects.filter(source="idp").exists()
    assert guarded.ran == []


@pytest.mark.parametrize("vendor", EACH)
def test_who_was_checked_there_is_not_asked_again_here(
    sign_in_at: Enroll,
    provider: Provider,
    vendor: Statements,
) -> None:
    alice = sign_in_at(vendor)
    provider.claims = dict(vendor.more)
    alice.log_in()
    if vendor.proves:
        alice.is_open()
        assert Grant.objects.get().source == "idp"
    else:
        alice.is_asked()
        nothing_of_theirs_counts()
        alice.confirm_by_phone()


@pytest.mark.parametrize("vendor", EACH)
def test_who_was_not_checked_there_is_asked_here(
    sign_in_at: Enroll,
    provider: Provider,
    vendor: Statements,
) -> None:
    alice = sign_in_at(vendor)
    provider.claims = dict(vendor.one)
    alice.log_in()
    alice.is_asked()
    if vendor.proves:  # of another vendor no page lets a tenant accept a value
        offered = 1 if vendor.asks_again else 0
        expect(alice.page.get_by_role("button", name=alice.button)).to_have_count(offered)
    nothing_of_theirs_counts()
    alice.confirm_by_phone()


@pytest.mark.parametrize("vendor", UPSTREAM)
def test_a_step_up_is_confirmed_there(
    sign_in_at: Enroll,
    provider: Provider,
    vendor: Statements,
) -> None:
    alice = sign_in_at(vendor)
    provider.claims = dict(vendor.one)
    alice.log_in()
    alice.is_asked()
    provider.claims = dict(vendor.more)
    alice.go_upstream()
    alice.is_open()
    asked = {"prompt": "login", "max_age": "0", **vendor.asked}
    assert asked.items() <= provider.visits[-1].items()


@pytest.mark.slow
@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.profile)
def test_what_is_easily_taken_for_more_opens_nothing(
    sign_in_at: Enroll,
    provider: Provider,
    vendor: Statements,
) -> None:
    alice = sign_in_at(vendor)
    for claims in (*vendor.perhaps, {"amr": None, "acr": None, "auth_time": None}):
        provider.claims = dict(claims)
        alice.log_in()
        alice.is_asked()
        if vendor.goes_upstream:
            alice.go_upstream()
            alice.is_told()
    nothing_of_theirs_counts()
    alice.confirm_by_phone()


@pytest.mark.parametrize("vendor", UPSTREAM)
def test_a_provider_that_lies_opens_nothing(
    sign_in_at: Enroll,
    provider: Provider,
    vendor: Statements,
) -> None:
    alice = sign_in_at(vendor)
    provider.claims = dict(vendor.one)
    alice.log_in()
    alice.is_asked()
    now = int(time.time())
    for lie in ({"sub": "mallory"}, {"auth_time": now - 3600}, {"auth_time": None}):
        provider.claims = {**vendor.more, **lie}
        alice.go_upstream()
        alice.is_told()
    provider.claims, provider.returns = dict(vendor.more), {"error": "access_denied"}
    alice.go_upstream()
    alice.is_told()
    provider.returns, provider.key = {}, provider.other_key
    alice.go_upstream()
    alice.is_told()
    nothing_of_theirs_counts()
    alice.confirm_by_phone()


def test_a_provider_that_lies_logs_nobody_in(
    sign_in_at: Enroll,
    provider: Provider,
) -> None:
    alice = sign_in_at(OKTA)
    for lie in ({"sub": "mallory"}, {"aud": "other"}, {"nonce": "another"}):
        provider.claims = {**OKTA.more, **lie}
        alice.log_in()
        expect(alice.page.get_by_role("heading", level=1)).to_be_visible()
        alice.is_nobody()
    provider.claims, provider.key = dict(OKTA.more), provider.other_key
    alice.log_in()
    alice.is_nobody()
    nothing_of_theirs_counts()


@pytest.fixture
def by_saml() -> Iterator[None]:
    """A process that speaks SAML."""
    before, speakers.saml = speakers.saml, PythonSaml()
    yield
    speakers.saml = before


@pytest.mark.usefixtures("by_saml")
def test_the_same_by_saml(enroll: Enroll, site_url: str) -> None:
    with saml_server(site_url) as server:
        alice = enroll(
            profile="generic",
            protocol="saml",
            issuer=ENTITY,
            metadata=server.metadata,
            accepted={"contexts": [MFA]},
            asks_for=[MFA],
        )
        server.says = {"context": PASSWORD}
        alice.log_in()
        alice.is_asked()
        server.says = {"subject": "mallory"}
        alice.go_upstream()
        alice.is_told()
        nothing_of_theirs_counts()
        server.says = {}
        alice.go_upstream()
        alice.is_open()
        assert 'ForceAuthn="true"' in server.asked[-1].xml
        assert MFA in server.asked[-1].xml

        Grant.objects.all().delete()
        alice.page.context.clear_cookies()
        alice.log_in()
        alice.is_open()
        assert Grant.objects.get().source == "idp"
