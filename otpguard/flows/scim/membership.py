"""The membership of a person in a directory: given with the roles of their groups, and ended."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.audience import ADMIN_ROLES
from otpguard.core.events.provisioning.scim import DirectoryRoleWithheld
from otpguard.core.facts import RequestFacts
from otpguard.core.release.terms import LIVE
from otpguard.core.scim import roles_after
from otpguard.database import transaction
from otpguard.flows.release.cancel import cancel_for_lost_role
from otpguard.flows.session.revoke import end_last_sessions
from otpguard.flows.tenant.policy import ApprovalMissing
from otpguard.flows.tenant.provision import write_member
from otpguard.models import Membership, Release, ScimGroupMember, ScimUser, Tenant
from otpguard.tenants.provisioned import provision_member

REASON = "directory"
"""Why a membership changed, in its event."""


def apply_roles(facts: RequestFacts, tenant: Tenant, people: Iterable[UUID]) -> int:
    """Give these people the roles of their groups, and take those that no group gives any more;
    returns how many changed. The caller holds the lock of `tenant`."""
    here = ScimUser.objects.filter(tenant=tenant, pk__in=list(people), deleted_at=None)
    in_force = Q(active=True) | ~Q(removal_held=None)
    rows = list(here.filter(in_force).exclude(user=None).order_by("pk"))
    wanted = _roles_of([row.pk for row in rows])
    changed = 0
    for row in rows:
        if sorted(wanted.get(row.pk, set())) != sorted(row.given_roles):
            give_membership(facts, tenant, row, wanted.get(row.pk, set()))
            changed += 1
    return changed


def give_membership(
    facts: RequestFacts, tenant: Tenant, row: ScimUser, wanted: set[str] | None = None
) -> None:
    """Make the person of `row` an active member with the roles of their groups (`wanted`, if the
    caller has read them). What somebody else has given stays.

    A new admin role starts the wait of `role_grant` and is told. Where the policy asks for
    approvals it is withheld: a directory does not count as a second person. The caller holds the
    lock of `tenant`; `row` has an account.
    """
    if wanted is None:
        wanted = _roles_of([row.pk]).get(row.pk, set())
    roles = roles_after(roles=_roles_now(tenant, row), given=row.given_roles, wanted=wanted)
    try:
        with transaction.atomic():
            _write(facts, tenant, row, roles, active=True)
    except ApprovalMissing:
        withheld = sorted(wanted & ADMIN_ROLES)
        wanted = wanted - ADMIN_ROLES
        _write(facts, tenant, row, [each for each in roles if each not in withheld], active=True)
        said = DirectoryRoleWithheld(person=str(row.pk), roles=withheld)
        record(said, Circumstances.of(facts, tenant=str(tenant.pk), subject=str(row.user_id)))
    if row.given_roles != sorted(wanted):
        row.given_roles = sorted(wanted)
        row.save(update_fields=["given_roles"])


def end_membership(facts: RequestFacts, tenant: Tenant, row: ScimUser) -> None:
    """End what the person of `row` has in this tenant, and nothing elsewhere: membership, grants,
    challenges, keys and releases; the login too if it was the last membership (C25).

    Who comes back gets what their groups give then, and no role from before. The caller has locked
    the person, then the tenant.
    """
    if row.user_id is None:
        return
    user = str(row.user_id)
    _write(facts, tenant, row, [], active=False)
    row.given_roles = []
    row.save(update_fields=["given_roles"])
    mine = Release.objects.filter(Q(user_id=user), tenant=tenant, state__in=LIVE)
    for release in mine.order_by("pk"):
        cancel_for_lost_role(release=release, now=facts.now)
    end_last_sessions(facts=facts, user_id=user, reason="last membership ended")


def _write(
    facts: RequestFacts, tenant: Tenant, row: ScimUser, roles: list[str], *, active: bool
) -> None:
    user = str(row.user_id)
    provision_member(user, str(tenant.pk), roles=frozenset(roles), active=active)
    write_member(facts, tenant, user, roles, active=active, reason=REASON)


def _roles_now(tenant: Tenant, row: ScimUser) -> list[str]:
    mine = Membership.objects.filter(Q(user_id=row.user_id), tenant=tenant, active=True)
    roles: list[str] = mine.values_list("roles", flat=True).first() or []
    return roles


def _roles_of(people: list[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = {}
    giving = ScimGroupMember.objects.filter(person__in=people).exclude(group__role="")
    for person, role in giving.values_list("person_id", "group__role"):
        found.setdefault(person, set()).add(role)
    return found
