"""Whom a tenant's own sign-in leaves outside: at a login, and in a dry run."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.contrib.auth.models import AbstractUser
from django.utils import timezone

from otpguard.exceptions import NotAllowed
from otpguard.flows.federation.sign_in_rule import (
    linked_by_domain,
    members_locked_out,
    providers_to_sign_in,
    tenant_refusing_login,
)
from otpguard.models import (
    Envelope,
    Event,
    FederatedIdentity,
    IdentityProvider,
    Membership,
    ScimUser,
    VerifiedDomain,
)
from tests import factories
from tests.sign_in_rule import ask_for_own_sign_in, own_sign_in_only
from tests.verifying import DOMAIN, Brought, brought

pytestmark = pytest.mark.django_db


def refusing(user: AbstractUser) -> UUID | None:
    return tenant_refusing_login(facts=factories.facts(user))


def test_a_login_is_refused_where_every_membership_asks_for_the_provider() -> None:
    member = factories.member(factories.tenant())
    own_sign_in_only(member.tenant, member.user)
    assert refusing(member.user) == member.tenant.pk


def test_another_membership_lets_the_login_go_on() -> None:
    member = factories.member(factories.tenant())
    own_sign_in_only(member.tenant, member.user)
    other = factories.member(factories.tenant(), member.user)
    assert refusing(member.user) is None
    Membership.objects.filter(pk=other.pk).update(active=False)
    assert refusing(member.user) == member.tenant.pk


def test_a_tenant_that_asks_and_knows_no_sign_in_of_theirs_lets_the_login_go_on() -> None:
    member = factories.member(factories.tenant())
    own_sign_in_only(member.tenant, member.user)
    other = factories.member(factories.tenant(), member.user)
    own_sign_in_only(other.tenant)
    assert refusing(member.user) is None


def test_who_is_linked_nowhere_can_log_in_to_link() -> None:
    member = factories.member(factories.tenant())
    own_sign_in_only(member.tenant)
    assert refusing(member.user) is None


def test_the_sites_staff_is_locked_out_by_no_tenant() -> None:
    staff = factories.staff()
    member = factories.member(factories.tenant(), staff)
    own_sign_in_only(member.tenant, staff)
    assert refusing(staff) is None


def test_an_administrator_gets_to_the_envelope() -> None:
    member = factories.member(factories.tenant(), roles=["admin"])
    own_sign_in_only(member.tenant, member.user)
    assert refusing(member.user) == member.tenant.pk
    Envelope.objects.create(tenant=member.tenant, created_at=timezone.now())
    assert refusing(member.user) is None


def test_the_page_learns_where_a_person_is_linked() -> None:
    member, other = factories.member(factories.tenant()), factories.user()
    own_sign_in_only(member.tenant, member.user)
    tenant = str(member.tenant.pk)
    known = providers_to_sign_in(facts=factories.facts(member.user), tenant=tenant)
    assert [each.known_there for each in known] == [True]
    unknown = providers_to_sign_in(facts=factories.facts(other), tenant=tenant)
    assert [each.known_there for each in unknown] == [False]


def test_a_dry_run_names_who_is_linked_nowhere_and_writes_nothing() -> None:
    member = factories.member(factories.tenant())
    out = factories.member(member.tenant)
    factories.member(factories.tenant())
    own_sign_in_only(member.tenant, member.user)
    before = Event.objects.count()
    found = members_locked_out(facts=factories.facts(), tenant=member.tenant)
    assert found == [str(out.user.pk)]
    assert Event.objects.count() == before


def test_a_dry_run_is_for_the_tenant_and_the_site() -> None:
    tenant, other = factories.tenant(), factories.tenant()
    with pytest.raises(NotAllowed):
        members_locked_out(facts=factories.facts(factories.user(), other), tenant=tenant)


def claiming() -> Brought:
    """A person of a tenant with a verified domain, which asks for its provider."""
    there = brought()
    ask_for_own_sign_in(there.tenant)
    return there


def refusing_address(user: AbstractUser) -> UUID | None:
    return tenant_refusing_login(facts=factories.facts(user), email=user.email)


def test_the_owner_of_the_domain_refuses_whatever_other_tenants_ask_for() -> None:
    there = claiming()
    FederatedIdentity.objects.create(provider=there.provider, subject="ann", user=there.user)
    factories.member(factories.tenant(), there.user)
    assert refusing_address(there.user) == there.tenant.pk


def test_who_is_brought_by_the_directory_needs_no_link_first() -> None:
    there = claiming()
    assert refusing_address(there.user) == there.tenant.pk
    ScimUser.objects.update(user=None)
    assert refusing_address(there.user) is None


def test_a_domain_refuses_nobody_of_other_tenants_and_none_while_it_is_not_verified() -> None:
    there = claiming()
    stranger = factories.member(factories.tenant()).user
    stranger.email = f"bob@{DOMAIN}"
    assert refusing_address(stranger) is None
    VerifiedDomain.objects.update(verified_at=None)
    assert refusing_address(there.user) is None


def test_a_tenant_that_does_not_ask_refuses_nobody_of_its_domain() -> None:
    assert refusing_address(brought().user) is None


def test_the_domain_locks_out_no_staff_and_nobody_without_a_provider_that_is_on() -> None:
    there = claiming()
    IdentityProvider.objects.update(enabled=False)
    assert refusing_address(there.user) is None
    IdentityProvider.objects.update(enabled=True)
    there.user.is_staff = True
    there.user.save()
    assert refusing_address(there.user) is None


def test_an_administrator_of_the_domains_owner_gets_to_the_envelope() -> None:
    there = claiming()
    Membership.objects.update(roles=["admin"])
    assert refusing_address(there.user) == there.tenant.pk
    Envelope.objects.create(tenant=there.tenant, created_at=timezone.now())
    assert refusing_address(there.user) is None


def test_a_dry_run_counts_those_whom_a_verified_domain_links() -> None:
    there = brought()
    plain = factories.member(there.tenant).user
    facts = factories.facts(None, there.tenant)
    users = [str(there.user.pk), str(plain.pk)]
    known = linked_by_domain(facts=facts, tenant=there.tenant, users=users)
    assert known == [str(there.user.pk)]
    VerifiedDomain.objects.update(verified_at=None)
    assert linked_by_domain(facts=facts, tenant=there.tenant, users=users) == []
    elsewhere = factories.facts(None, factories.tenant())
    with pytest.raises(NotAllowed):
        linked_by_domain(facts=elsewhere, tenant=there.tenant, users=users)
