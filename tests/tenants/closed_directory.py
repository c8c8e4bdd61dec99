"""Directories of a host that knows its members itself."""

from __future__ import annotations

from typing import Any

from otpguard.tenants.directory import MembershipFacts

MEMBERS: dict[tuple[str, str], MembershipFacts] = {}


class Closed:
    """Knows its members itself and takes none."""

    def tenant_for(self, _request: Any) -> str:
        """None."""
        return ""

    def member_of(self, user: str, tenant: str) -> MembershipFacts | None:
        """From the table above."""
        return MEMBERS.get((user, tenant))


class Taking(Closed):
    """Takes them."""

    def provision_member(
        self, user: str, tenant: str, *, roles: frozenset[str], active: bool
    ) -> None:
        """Into the table above."""
        MEMBERS[user, tenant] = MembershipFacts(roles=roles, active=active)
