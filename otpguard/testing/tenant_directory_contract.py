"""What every tenant directory must do. Needs pytest, and pytest-django for one that looks up.

class TestBySubdomain(TenantDirectoryContract):
    @pytest.fixture
    def directory(self):
        return BySubdomain()

    @pytest.fixture
    def tenant(self, db):
        return Tenant.objects.create(slug="acme", name="Acme")

    def request_about(self, tenant):
        return RequestFactory().get("/", headers={"host": "acme.example.com"})

    def request_about_nothing(self):
        return RequestFactory().get("/", headers={"host": "example.com"})

A directory that knows the members itself, and does not inherit `OurMembers`, passes
`MembersContract` as well:

class TestMembers(MembersContract):
    ...  # `directory` and `tenant` as above

    @pytest.fixture
    def member(self, tenant):
        return str(employ(User.objects.create_user("ann"), tenant, roles=["admin"]).pk)

    @pytest.fixture
    def stranger(self, db):
        return str(User.objects.create_user("bob").pk)

    roles = frozenset({"admin"})

    def put_out(self, member, tenant):
        dismiss(member, tenant)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory

from otpguard.models import Tenant
from otpguard.tenants.directory import SESSION_KEY, MembershipFacts, TenantDirectory

STRANGE = ("", "*", "\x00", "../..", "None", "0", "-1", "ä", "a" * 5000, "'; DROP TABLE x", "%ff")
"""What a request may have in the place of a tenant's name."""


class TenantDirectoryContract:
    """The suite. Give `directory`, `tenant` and the two requests."""

    @pytest.fixture
    def directory(self) -> TenantDirectory:
        """The directory, made without arguments as the setting does it."""
        raise NotImplementedError

    @pytest.fixture
    def tenant(self) -> Tenant:
        """A tenant that a request may be about."""
        raise NotImplementedError

    def request_about(self, tenant: Tenant) -> HttpRequest:
        """A request about that tenant, in the form that the directory reads."""
        raise NotImplementedError

    def request_about_nothing(self) -> HttpRequest:
        """A request about no tenant."""
        raise NotImplementedError

    def test_it_names_the_tenant_that_a_request_is_about(
        self, directory: TenantDirectory, tenant: Tenant
    ) -> None:
        found = directory.tenant_for(self.request_about(tenant))
        assert type(found) is str
        assert found == str(tenant.pk)

    @pytest.mark.usefixtures("tenant")
    def test_a_request_about_no_tenant_gives_an_empty_text(
        self, directory: TenantDirectory
    ) -> None:
        assert directory.tenant_for(self.request_about_nothing()) == ""

    def test_the_same_request_gives_the_same_answer(
        self, directory: TenantDirectory, tenant: Tenant
    ) -> None:
        request = self.request_about(tenant)
        assert {directory.tenant_for(request) for _ in range(3)} == {str(tenant.pk)}

    def test_another_request_is_not_answered_by_the_one_before(
        self, directory: TenantDirectory, tenant: Tenant
    ) -> None:
        asked = [self.request_about(tenant), self.request_about_nothing()] * 2
        assert [directory.tenant_for(request) for request in asked] == [str(tenant.pk), ""] * 2

    def test_it_changes_nothing_in_the_session(
        self, directory: TenantDirectory, tenant: Tenant
    ) -> None:
        for request in (self.request_about(tenant), self.request_about_nothing()):
            session = getattr(request, "session", None)
            kept = dict(session.items()) if isinstance(session, SessionBase) else None
            directory.tenant_for(request)
            if isinstance(session, SessionBase):
                assert dict(session.items()) == kept
                assert not session.modified

    @pytest.mark.usefixtures("tenant")
    def test_it_answers_in_text_whatever_a_stranger_sends(self, directory: TenantDirectory) -> None:
        for request in _strange():
            assert type(directory.tenant_for(request)) is str


class MembersContract:
    """The suite for `member_of`. Give `directory`, `tenant`, `member`, `stranger`, `roles` and
    `put_out`."""

    roles: ClassVar[frozenset[str]]
    """The roles of `member` in `tenant`."""

    @pytest.fixture
    def directory(self) -> TenantDirectory:
        """The directory, made without arguments as the setting does it."""
        raise NotImplementedError

    @pytest.fixture
    def tenant(self) -> Tenant:
        """A tenant with a member."""
        raise NotImplementedError

    @pytest.fixture
    def member(self, tenant: Tenant) -> str:
        """The id of an active member of `tenant`."""
        raise NotImplementedError

    @pytest.fixture
    def stranger(self) -> str:
        """The id of somebody who belongs to no tenant."""
        raise NotImplementedError

    def put_out(self, member: str, tenant: Tenant) -> None:
        """End the membership, as the host does it."""
        raise NotImplementedError

    def test_it_says_what_a_member_is(
        self, directory: TenantDirectory, tenant: Tenant, member: str
    ) -> None:
        found = directory.member_of(member, str(tenant.pk))
        assert isinstance(found, MembershipFacts)
        assert found.active is True
        assert type(found.roles) is frozenset
        assert found.roles == self.roles
        assert found.since is None or found.since.tzinfo is not None

    def test_somebody_who_does_not_belong_is_nothing_there(
        self, directory: TenantDirectory, tenant: Tenant, stranger: str
    ) -> None:
        assert directory.member_of(stranger, str(tenant.pk)) is None

    @pytest.mark.usefixtures("tenant")
    def test_a_member_is_nothing_in_another_tenant(
        self, directory: TenantDirectory, member: str
    ) -> None:
        assert directory.member_of(member, str(uuid4())) is None

    def test_it_sees_at_once_that_somebody_was_put_out(
        self, directory: TenantDirectory, tenant: Tenant, member: str
    ) -> None:
        assert directory.member_of(member, str(tenant.pk)) is not None
        self.put_out(member, tenant)
        found = directory.member_of(member, str(tenant.pk))
        assert found is None or found.active is False

    def test_ids_of_nobody_are_nobody(
        self, directory: TenantDirectory, tenant: Tenant, member: str
    ) -> None:
        for word in STRANGE:
            assert directory.member_of(word, str(tenant.pk)) is None
            assert directory.member_of(member, word) is None


def _strange() -> Iterator[HttpRequest]:
    """Requests that nobody meant well with, and one that has neither session nor user."""
    make = RequestFactory()
    yield HttpRequest()
    for word in STRANGE:
        plain = make.get("/")
        plain.path = plain.path_info = f"/{word}/"
        yield plain
        yield make.get("/", headers={"host": word, "x-tenant": word}, query_params={"tenant": word})
        kept = make.get("/")
        kept.session = SessionStore()
        kept.session[SESSION_KEY] = word
        yield kept
