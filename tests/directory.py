"""A host that keeps its members itself: a list of who is what where, as its own tables would."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser

from otpguard.models import Tenant
from otpguard.tenants.directory import MembershipFacts, SessionDirectory

SETTING = {"TENANT_DIRECTORY": "tests.directory.OwnMembers"}


class OwnMembers(SessionDirectory):
    """Finds tenants as the shipped directory does, and members in `people`."""

    people: ClassVar[dict[tuple[str, str], MembershipFacts]] = {}

    def member_of(self, user: str, tenant: str) -> MembershipFacts | None:
        return self.people.get((user, tenant))


def employ(user: AbstractUser, tenant: Tenant, *roles: str, active: bool = True) -> None:
    """Make somebody a member, in the host's own tables alone."""
    found = MembershipFacts(roles=frozenset(roles), active=active)
    OwnMembers.people[str(user.pk), str(tenant.pk)] = found


def dismiss(user: AbstractUser, tenant: Tenant) -> None:
    """End a membership there."""
    del OwnMembers.people[str(user.pk), str(tenant.pk)]
