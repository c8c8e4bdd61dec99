"""The contract of tenant directories sees each way of breaking it."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any
from uuid import UUID

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory

from otpguard.models import Tenant
from otpguard.tenants.directory import MembershipFacts, OurMembers
from otpguard.testing.tenant_directory_contract import MembersContract, TenantDirectoryContract

ACME = Tenant(pk=UUID(int=7), slug="acme", name="Acme")


class ByHost(OurMembers):
    """Goes by the first part of the host name, as the contract asks."""

    def tenant_for(self, request: Any) -> str:
        host = request.META.get("HTTP_HOST", "")
        return str(ACME.pk) if host.partition(".")[0] == ACME.slug else ""


class Suite(TenantDirectoryContract):
    def request_about(self, tenant: Tenant) -> HttpRequest:
        return self.to("acme.example.com")

    def request_about_nothing(self) -> HttpRequest:
        return self.to("example.com")

    def to(self, host: str) -> HttpRequest:
        request = RequestFactory().get("/", headers={"host": host})
        request.session = SessionStore()
        return request


class TestByHost(Suite):
    """The contract itself, by a directory that keeps it."""

    @pytest.fixture
    def directory(self) -> ByHost:
        return ByHost()

    @pytest.fixture
    def tenant(self) -> Tenant:
        return ACME


class GivesTheId(ByHost):
    def tenant_for(self, request: Any) -> Any:
        return ACME.pk if super().tenant_for(request) else ""


class GivesNone(ByHost):
    def tenant_for(self, request: Any) -> Any:
        return super().tenant_for(request) or None


class Forgets(ByHost):
    def tenant_for(self, request: Any) -> str:
        seen = getattr(request, "seen", False)
        request.seen = True
        return "" if seen else super().tenant_for(request)


class Remembers(ByHost):
    last = ""

    def tenant_for(self, request: Any) -> str:
        self.last = self.last or super().tenant_for(request)
        return self.last


class Writes(ByHost):
    def tenant_for(self, request: Any) -> str:
        request.session["seen"] = True
        return super().tenant_for(request)


class TakesForGranted(ByHost):
    def tenant_for(self, request: Any) -> str:
        return super().tenant_for(request) if request.META["HTTP_HOST"] else ""


@pytest.mark.parametrize(
    ("directory", "sentence"),
    [
        (GivesTheId, Suite.test_it_names_the_tenant_that_a_request_is_about),
        (GivesNone, Suite.test_a_request_about_no_tenant_gives_an_empty_text),
        (Forgets, Suite.test_the_same_request_gives_the_same_answer),
        (Remembers, Suite.test_another_request_is_not_answered_by_the_one_before),
        (Writes, Suite.test_it_changes_nothing_in_the_session),
        (TakesForGranted, Suite.test_it_answers_in_text_whatever_a_stranger_sends),
    ],
)
def test_a_directory_that_breaks_a_sentence_is_seen(
    directory: type[ByHost], sentence: Callable[..., None]
) -> None:
    wants = {"directory": directory(), "tenant": ACME}
    given = {name: wants[name] for name in signature(sentence).parameters if name in wants}
    with pytest.raises((AssertionError, KeyError)):
        sentence(Suite(), **given)


class Staff(ByHost):
    """Knows its people by a list, as the contract asks."""

    def __init__(self) -> None:
        self.people = {"ann"}

    def member_of(self, user: str, tenant: str) -> MembershipFacts | None:
        if tenant != str(ACME.pk) or user not in self.people:
            return None
        return MembershipFacts(roles=frozenset({"admin"}))


class MembersSuite(MembersContract):
    roles = frozenset({"admin"})
    asked: Staff

    def put_out(self, member: str, tenant: Tenant) -> None:
        self.asked.people.discard(member)


class TestStaff(MembersSuite):
    """The contract itself, by a directory that keeps it."""

    @pytest.fixture
    def directory(self) -> Staff:
        self.asked = Staff()
        return self.asked

    @pytest.fixture
    def tenant(self) -> Tenant:
        return ACME

    @pytest.fixture
    def member(self) -> str:
        return "ann"

    @pytest.fixture
    def stranger(self) -> str:
        return "bob"


class ListsRoles(Staff):
    def member_of(self, user: str, tenant: str) -> Any:
        found = super().member_of(user, tenant)
        return found and MembershipFacts(roles=["admin"])


class KnowsEverybody(Staff):
    def member_of(self, user: str, tenant: str) -> MembershipFacts | None:
        return MembershipFacts(roles=frozenset({"admin"}))


class ForgetsTheTenant(Staff):
    def member_of(self, user: str, tenant: str) -> MembershipFacts | None:
        return super().member_of(user, str(ACME.pk))


class RemembersMembers(Staff):
    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[tuple[str, str], MembershipFacts | None] = {}

    def member_of(self, user: str, tenant: str) -> MembershipFacts | None:
        return self.seen.setdefault((user, tenant), super().member_of(user, tenant))


class Chokes(Staff):
    def member_of(self, user: str, tenant: str) -> MembershipFacts | None:
        return super().member_of(user, str(UUID(tenant)))


@pytest.mark.parametrize(
    ("directory", "sentence"),
    [
        (ListsRoles, MembersSuite.test_it_says_what_a_member_is),
        (KnowsEverybody, MembersSuite.test_somebody_who_does_not_belong_is_nothing_there),
        (ForgetsTheTenant, MembersSuite.test_a_member_is_nothing_in_another_tenant),
        (RemembersMembers, MembersSuite.test_it_sees_at_once_that_somebody_was_put_out),
        (Chokes, MembersSuite.test_ids_of_nobody_are_nobody),
    ],
)
def test_a_directory_that_breaks_a_sentence_about_members_is_seen(
    directory: type[Staff], sentence: Callable[..., None]
) -> None:
    suite = MembersSuite()
    suite.asked = directory()
    known = {"directory": suite.asked, "tenant": ACME, "member": "ann", "stranger": "bob"}
    given = {name: known[name] for name in signature(sentence).parameters if name in known}
    with pytest.raises((AssertionError, ValueError)):
        sentence(suite, **given)
