"""Who administers a tenant, and the site: the people who decide and are told what concerns it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from otpguard.core.audience import ADMIN, ADMIN_ROLES
from otpguard.database import connection
from otpguard.exceptions import StoreUnavailable
from otpguard.models import Membership, Tenant
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants.directory import member_of, members_are_ours
from otpguard.tenants.single import is_single


def administrators_of(tenant_id: UUID | None) -> list[str]:
    """The ids of a tenant's active administrators whose accounts are active; none without a tenant.

    One statement with a tenant; a host's own directory is asked once more for each of them.
    """
    return [] if tenant_id is None else people_with(tenant_id, ADMIN)


def people_with(tenant_id: UUID | str, role: str) -> list[str]:
    """The ids of a tenant's active members with a role, whose accounts are active.

    One statement; a host's own directory is asked once more for each of them.
    """
    rows = Membership.objects.filter(Q(tenant=tenant_id), open_accounts("user__"), active=True)
    named = that_may_have(rows, [role]).order_by("pk").values_list("user_id", "roles")
    found = [str(user) for user, roles in named if role in roles]
    if members_are_ours() and not is_single():
        return found
    # Rows may be out of date where the host's directory or the accounts say who has which role.
    known = ((user, member_of(user, str(tenant_id))) for user in found)
    return [user for user, now in known if now and now.active and role in now.roles]


def that_may_have(rows: QuerySet[Membership], roles: Iterable[str]) -> QuerySet[Membership]:
    """The memberships that can have one of the roles, so that not all of a large tenant are
    fetched. A database that cannot look into JSON leaves all of them: the caller looks again."""
    if not connection.features.supports_json_field_contains:
        return rows
    found = Q(pk__in=[])
    for role in sorted(roles):
        found |= Q(roles__contains=[role])
    return rows.filter(found)


def operators() -> list[str]:
    """The site's operators: active staff whose word counts everywhere.

    Nobody where the user model has no column for that.
    """
    if not {"is_staff", "is_superuser"} <= _columns():
        return []
    manager = get_user_model()._default_manager  # noqa: SLF001 (Django's documented name)
    rows = manager.filter(open_accounts(), is_staff=True, is_superuser=True)
    return [str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]


def open_accounts(prefix: str = "") -> Q:
    """The condition that an account is active; a user model without that column has no others."""
    return Q(**{f"{prefix}is_active": True}) if "is_active" in _columns() else Q()


def _columns() -> set[str]:
    return {each.name for each in get_user_model()._meta.get_fields()}  # noqa: SLF001 (Django's documented Meta API)


def is_admin_anywhere(user_id: object) -> bool:
    """True for an active member of any active tenant with a role of an administrator, by our rows
    or by the host's directory.

    One statement; a host's own directory is asked once more for each tenant. Raises
    StoreUnavailable.
    """
    try:
        mine = Membership.objects.filter(
            Q(user_id=user_id), active=True, tenant__status=Tenant.Status.ACTIVE
        )
        rows = mine.order_by().values_list("tenant_id", "roles")
        return any(not ADMIN_ROLES.isdisjoint(_roles(user_id, *each)) for each in rows)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the roles cannot be read") from error


def _roles(user_id: object, tenant: UUID, known: Iterable[str]) -> frozenset[str]:
    """The roles of a row, and those that a host's directory has and the row has not yet."""
    now = None if members_are_ours() else member_of(str(user_id), str(tenant))
    return frozenset(known) | (now.roles if now else frozenset())
