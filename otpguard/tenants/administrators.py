"""Who administers a tenant: the people who decide for it and are told what concerns it."""

from __future__ import annotations

from uuid import UUID

from otpguard.models import Membership
from otpguard.tenants.directory import member_of, members_are_ours
from otpguard.tenants.single import is_single

ADMIN = "admin"


def administrators_of(tenant_id: UUID | None) -> list[str]:
    """The ids of a tenant's active administrators whose accounts are active; none without a tenant.

    One statement with a tenant; a host's own directory is asked once more for each of them.
    """
    if tenant_id is None:
        return []
    rows = Membership.objects.filter(tenant=tenant_id, active=True, user__is_active=True)
    named = rows.order_by("pk").values_list("user_id", "roles")
    admins = [str(user) for user, roles in named if ADMIN in roles]
    if members_are_ours() and not is_single():
        return admins
    # Rows may be out of date where the host's directory or the accounts say who has which role.
    known = ((user, member_of(user, str(tenant_id))) for user in admins)
    return [user for user, found in known if found and found.active and ADMIN in found.roles]
