"""Which login sessions a tenant takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from otpguard.conf import checkpoint
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.federation.provider import remove_provider, switch_provider
from otpguard.models import LoginSession, Tenant
from otpguard.tenants.policies import Scope
from otpguard.tenants.sign_in import is_governed, refuses, refuses_request
from tests import factories
from tests.federating import SignedIn, idp, said_now, signed_in
from tests.sign_in_rule import own_sign_in_only
from tests.store_down import store_down

pytestmark = pytest.mark.django_db


def asking() -> SignedIn:
    """A member in a session, whose tenant asks for its own sign-in."""
    found = signed_in(issuer="https://other.example", enabled=False)
    provider = own_sign_in_only(found.tenant)
    found.provider.delete()
    found = SignedIn(found.user, found.tenant, provider, found.facts)
    provider.identities.create(subject="alice", user=found.user)
    return found


def refused(found: SignedIn, facts: RequestFacts | None = None) -> bool:
    tenant = Tenant.objects.get(pk=found.tenant.pk)
    return refuses(facts or found.facts, Scope.of_tenant(tenant))


def test_a_session_that_the_provider_did_not_open_is_refused_and_its_own_is_taken() -> None:
    found = asking()
    assert refused(found)
    assert refuses_request(found.facts)
    found.accept()
    assert not refused(found)
    assert not refuses_request(found.facts)


def test_a_sign_in_that_proves_nothing_still_says_who_it_was() -> None:
    found = asking()
    assert found.accept(said_now(amr=("pwd",))).grant is None
    assert not refused(found)


def test_another_persons_sign_in_opens_nothing() -> None:
    found = asking()
    found.accept(said_now(subject="mallory"))
    assert refused(found)


def test_another_tenants_provider_opens_nothing_here() -> None:
    found = asking()
    foreign = idp(factories.tenant())
    LoginSession.objects.filter(pk=found.facts.sid).update(idp=foreign)
    assert refused(found)


def test_a_session_of_somebody_else_or_one_that_ended_opens_nothing() -> None:
    found = asking()
    found.accept()
    assert refused(found, replace(found.facts, user=str(factories.user().pk)))
    LoginSession.objects.update(ended_at=found.facts.now)
    assert refused(found)


def test_the_rule_is_in_force_while_there_is_a_provider_to_go_to() -> None:
    found = asking()
    switch_provider(facts=factories.facts(), provider=found.provider, reason="away")
    assert not refused(found)
    switch_provider(facts=factories.facts(), provider=found.provider, reason="back")
    assert refused(found)
    remove_provider(facts=factories.facts(), provider=found.provider, reason="left")
    assert not refused(found)


def test_a_tenant_that_does_not_ask_takes_every_session() -> None:
    found = signed_in()
    assert not refused(found)
    assert not refuses_request(found.facts)


def test_an_enterprise_tenant_asks_unless_it_says_otherwise() -> None:
    found = signed_in()
    Tenant.objects.update(annual_contract_value=10_000_000)
    assert refused(found)


def test_a_request_without_a_login_session_or_tenant_is_not_meant() -> None:
    found = asking()
    assert not refuses_request(replace(found.facts, sid=""))
    assert not refuses_request(replace(found.facts, tenant=""))


def test_a_store_that_is_away_decides_nothing() -> None:
    found = asking()
    scope = Scope.of_tenant(Tenant.objects.get(pk=found.tenant.pk))
    assert refuses(found.facts, scope)
    with store_down(), pytest.raises(StoreUnavailable):
        refuses(found.facts, scope)
    with store_down(), pytest.raises(StoreUnavailable):
        refuses_request(found.facts)


@pytest.mark.parametrize("slug", ["billing_change", "security_settings", "first_action"])
def test_the_rule_reaches_what_is_the_tenants(slug: str) -> None:
    assert is_governed(checkpoint(slug))


@pytest.mark.parametrize("slug", ["signup", "password_reset", "login", "factor_change"])
def test_it_does_not_reach_what_is_beyond_the_tenant(slug: str) -> None:
    assert not is_governed(checkpoint(slug))


def test_it_does_not_close_the_emergency_envelope() -> None:
    assert not is_governed(checkpoint("break_glass"))
