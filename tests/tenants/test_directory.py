"""Which tenant a request is about."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.db import OperationalError
from django.http import HttpRequest
from django.test import RequestFactory, override_settings
from django.utils.functional import SimpleLazyObject

from otpguard.exceptions import StoreUnavailable
from otpguard.models import Membership, Tenant
from otpguard.tenants import directory as module
from otpguard.tenants.directory import (
    SESSION_KEY,
    MembershipFacts,
    OurMembers,
    SessionDirectory,
    directory,
    member_of,
    members_are_ours,
)
from otpguard.testing.tenant_directory_contract import MembersContract, TenantDirectoryContract
from tests import factories


class FromPath(OurMembers):
    """A host that knows its tenant by the path."""

    def tenant_for(self, request: Any) -> str:
        return str(request.path.split("/")[1])


class TestContract(TenantDirectoryContract):
    """By the session."""

    @pytest.fixture
    def directory(self) -> SessionDirectory:
        return SessionDirectory()

    @pytest.fixture
    def tenant(self) -> Tenant:
        return Tenant(pk=uuid4(), slug="acme", name="Acme")

    def request_about(self, tenant: Tenant) -> HttpRequest:
        request = self.request_about_nothing()
        request.session[SESSION_KEY] = str(tenant.pk)
        request.session.modified = False
        return request

    def request_about_nothing(self) -> HttpRequest:
        request = RequestFactory().get("/")
        request.session = SessionStore()
        return request


class TestContractByMiddleware(TestContract):
    """By what the host's middleware has set."""

    def request_about(self, tenant: Tenant) -> HttpRequest:
        request = self.request_about_nothing()
        request.tenant = tenant
        return request


class TestOurMembers(MembersContract):
    """By otpguard's own table."""

    roles = frozenset({"admin", "member"})

    @pytest.fixture
    def directory(self) -> SessionDirectory:
        return SessionDirectory()

    @pytest.fixture
    def tenant(self, db: None) -> Tenant:
        return factories.tenant()

    @pytest.fixture
    def member(self, tenant: Tenant) -> str:
        return str(factories.member(tenant, roles=["member", "admin"]).user_id)

    @pytest.fixture
    def stranger(self, db: None) -> str:
        return str(factories.user().pk)

    def put_out(self, member: str, tenant: Tenant) -> None:
        Membership.objects.filter(user=member, tenant=tenant).update(active=False)


def request(**known: Any) -> Any:
    return SimpleNamespace(**{"session": {}, "path": "/acme/keys/", **known})


@pytest.fixture
def theirs(db: None) -> Tenant:
    """Ours for the host's customer number 7."""
    return factories.tenant(external_id="7")


@pytest.mark.parametrize("given", [SimpleNamespace(pk=7), SimpleNamespace(pk="7"), 7, "7"])
def test_the_hosts_own_object_is_found_by_its_external_id(theirs: Tenant, given: Any) -> None:
    asked = request(session={SESSION_KEY: "from-session"}, tenant=given)
    lazily = request(session={SESSION_KEY: "from-session"}, tenant=SimpleLazyObject(lambda: given))
    assert SessionDirectory().tenant_for(asked) == str(theirs.pk)
    assert SessionDirectory().tenant_for(lazily) == str(theirs.pk)


def test_a_key_of_ours_is_taken_as_text_but_not_as_the_key_of_an_object(theirs: Tenant) -> None:
    for given in (theirs.pk, str(theirs.pk)):
        assert SessionDirectory().tenant_for(request(tenant=given)) == str(theirs.pk)
    object_of_theirs = request(tenant=SimpleNamespace(pk=theirs.pk))
    assert SessionDirectory().tenant_for(object_of_theirs) == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", [SimpleNamespace(pk=8), SimpleNamespace(pk=None), 8, "x\0", "", uuid4(), object()]
)
def test_a_tenant_that_is_none_of_ours_is_none_and_never_that_of_the_session(
    given: Any, caplog: pytest.LogCaptureFixture
) -> None:
    kept = factories.tenant()
    asked = request(session={SESSION_KEY: str(kept.pk)}, tenant=given)
    assert SessionDirectory().tenant_for(asked) == ""
    assert caplog.text == ""


@pytest.mark.django_db
def test_a_developer_is_told_what_to_set(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.DEBUG = True
    SessionDirectory().tenant_for(request(tenant=SimpleNamespace(pk=8)))
    assert "external_id to '8'" in caplog.text
    assert "no_tenant" in caplog.text


def test_a_request_looks_its_tenant_up_once(theirs: Tenant, django_assert_num_queries: Any) -> None:
    asked = request(tenant=SimpleNamespace(pk=7))
    with django_assert_num_queries(1):
        assert {SessionDirectory().tenant_for(asked) for _ in range(3)} == {str(theirs.pk)}
    asked.tenant = SimpleNamespace(pk=9)
    assert SessionDirectory().tenant_for(asked) == "", "another object is another tenant"


@pytest.mark.django_db
def test_ours_needs_no_look_up(django_assert_num_queries: Any) -> None:
    mine = factories.tenant()
    with django_assert_num_queries(0):
        assert SessionDirectory().tenant_for(request(tenant=mine)) == str(mine.pk)


def test_a_host_that_sets_no_tenant_leaves_it_to_the_session() -> None:
    for none in (None, SimpleLazyObject(lambda: None)):
        asked = request(session={SESSION_KEY: "from-session"}, tenant=none)
        assert SessionDirectory().tenant_for(asked) == "from-session"
    assert SessionDirectory().tenant_for(request(session={SESSION_KEY: None})) == ""


def test_a_host_may_name_a_directory_of_its_own() -> None:
    assert isinstance(directory(), SessionDirectory)
    with override_settings(OTPGUARD={"TENANT_DIRECTORY": f"{__name__}.FromPath"}):
        assert directory().tenant_for(request()) == "acme"
        assert directory() is module.directory()
    assert isinstance(directory(), SessionDirectory)


def test_what_is_no_directory_is_loud() -> None:
    named = override_settings(OTPGUARD={"TENANT_DIRECTORY": "datetime.timedelta"})
    with named, pytest.raises(TypeError, match="tenant_for"):
        directory()


class OnlyTenants:
    """A directory that says nothing about members."""

    def tenant_for(self, request: Any) -> str:
        return ""


class KnowsMembers(SessionDirectory):
    """A host that keeps the members itself."""

    def member_of(self, user: str, tenant: str) -> MembershipFacts | None:
        return MembershipFacts(roles=frozenset({user, tenant}))


def test_a_directory_must_say_who_belongs_or_inherit_it() -> None:
    named = override_settings(OTPGUARD={"TENANT_DIRECTORY": f"{__name__}.OnlyTenants"})
    with named, pytest.raises(TypeError, match="OurMembers"):
        directory()


def test_the_members_are_the_hosts_only_where_its_directory_says_who_they_are() -> None:
    assert members_are_ours()
    with override_settings(OTPGUARD={"TENANT_DIRECTORY": f"{__name__}.FromPath"}):
        assert members_are_ours()
    with override_settings(OTPGUARD={"TENANT_DIRECTORY": f"{__name__}.KnowsMembers"}):
        assert not members_are_ours()
        assert member_of("1", "2") == MembershipFacts(roles=frozenset({"1", "2"}))
        assert member_of("", "2") is None
        assert member_of("1", "") is None


class Fallen(SessionDirectory):
    """A host whose database does not answer."""

    def member_of(self, user: str, tenant: str) -> MembershipFacts | None:
        raise OperationalError


def test_a_store_that_is_down_is_said() -> None:
    named = override_settings(OTPGUARD={"TENANT_DIRECTORY": f"{__name__}.Fallen"})
    with named, pytest.raises(StoreUnavailable):
        member_of("1", str(uuid4()))
