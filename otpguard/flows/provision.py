"""Create and change tenants and memberships.

Every flow is one transaction that joins an outer one, with the event inside. The caller has decided
that the actor may do this at all; here only the reach is checked: a tenant's own people, the site,
or code that no request started.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.checkpoints import EVERY
from otpguard.core.events import MembershipChanged, TenantChanged, TenantCreated
from otpguard.core.facts import RequestFacts
from otpguard.core.presets import Tier, tier_of
from otpguard.exceptions import NotAllowed
from otpguard.flows import hold
from otpguard.flows.close import cancel_open
from otpguard.flows.revoke import end_grants
from otpguard.flows.scope import check_tenant
from otpguard.models import Challenge, Grant, Membership, Tenant
from otpguard.tenants import policies

ADMIN_ROLES = frozenset({"admin", "billing_admin", "api_admin"})
"""Roles that a hold is put on when somebody gains one."""

CHANGEABLE = frozenset(
    {
        "name",
        "brand",
        "status",
        "annual_contract_value",
        "region",
        "environment",
        "industry",
        "tags",
    }
)


def create_tenant(
    *,
    facts: RequestFacts,
    slug: str,
    name: str,
    admin: str = "",
    **values: Any,  # noqa: ANN401 (columns of the tenant)
) -> Tenant:
    """Create a tenant; `admin` is the user id of its first administrator, who is not held (C29).

    Raises NotAllowed for a slug that is taken or a user that is not there, ValueError for a value
    that is not one of CHANGEABLE.
    """
    _only_changeable(values)
    with transaction.atomic():
        try:
            with transaction.atomic():
                tenant = Tenant.objects.create(slug=slug, name=name, **values)
        except IntegrityError:
            raise NotAllowed(str(_("There is an organization of that name already."))) from None
        record(TenantCreated(slug=slug), _in(facts, tenant))
        if admin:
            _write_member(facts, tenant, admin, ["admin"], active=True, reason="")
    return tenant


def change_tenant(
    *, facts: RequestFacts, tenant: Tenant, values: Mapping[str, Any], reason: str = ""
) -> tuple[str, ...]:
    """Change columns of a tenant; returns the names of those that differ, none for no change.

    Locks the tenant. A contract that moves the tier is a change of policy, seen by every process
    at its next request (A19). Suspending revokes the tenant's grants and cancels its open
    challenges. Raises NotAllowed in another tenant, ValueError for what is not CHANGEABLE.
    """
    check_tenant(facts, tenant.pk)
    _only_changeable(values)
    with transaction.atomic():
        row = Tenant.objects.select_for_update().get(pk=tenant.pk)
        changed = tuple(name for name in values if getattr(row, name) != values[name])
        if not changed:
            return ()
        before = {name: getattr(row, name) for name in changed}
        was = _tier(row)
        for name in changed:
            setattr(row, name, values[name])
            setattr(tenant, name, values[name])
        after = {name: getattr(row, name) for name in changed}
        if _tier(row) is not was:
            before["tier"], after["tier"] = was.value, _tier(row).value
            row.policy_version += 1
            tenant.policy_version = row.policy_version
        row.save(update_fields=[*changed, "policy_version"])
        record(TenantChanged(before=before, after=after, reason=reason), _in(facts, row))
        if "status" in changed and row.status == Tenant.Status.SUSPENDED:
            _end_proofs(facts, tenant=row, reason="tenant suspended")
    return changed


def set_member(
    *,
    facts: RequestFacts,
    tenant: Tenant,
    user_id: str,
    roles: Iterable[str],
    active: bool,
    reason: str = "",
) -> Membership:
    """Create a membership or change its roles and activity; nothing is written for no change.

    Locks the tenant, so that two first administrators at once cannot both be the first. A newly
    gained admin role holds every checkpoint of that member for as long as the tenant's
    `role_grant` policy says, unless there was no other active administrator (C29); taking a role
    away and giving it again holds anew (A10). Deactivation revokes that tenant's grants of the
    user and no other's. Raises NotAllowed in another tenant and for a user that is not there.
    """
    check_tenant(facts, tenant.pk)
    with transaction.atomic():
        locked = Tenant.objects.select_for_update().get(pk=tenant.pk)
        return _write_member(facts, locked, user_id, roles, active=active, reason=reason)


def _write_member(
    facts: RequestFacts,
    tenant: Tenant,
    user_id: str,
    roles: Iterable[str],
    *,
    active: bool,
    reason: str,
) -> Membership:
    wanted = sorted(set(roles))
    known = Membership.objects.select_for_update(of=("self",)).filter(tenant=tenant)
    row = known.filter(Q(user_id=user_id)).first()
    before = set(row.roles) if row and row.active else set()
    if row and row.active == active and sorted(row.roles) == wanted:
        return row
    created = row is None
    if row is None:
        if not get_user_model()._default_manager.filter(pk=user_id).exists():  # noqa: SLF001
            raise NotAllowed(str(_("There is no such user.")))
        row = Membership(tenant=tenant, user_id=user_id, created_at=facts.now)
    ended = row.active and not active and not created
    row.roles, row.active = wanted, active
    row.save()
    gained = sorted((set(wanted) - before) & ADMIN_ROLES) if active else []
    record(
        MembershipChanged(
            roles=wanted, active=active, created=created, gained=gained, reason=reason
        ),
        _in(facts, tenant, subject=str(user_id)),
    )
    if gained and _has_other_admin(tenant, row):
        _hold_new_admin(facts, tenant, row, gained)
    if ended:
        _end_proofs(facts, tenant=tenant, user=str(user_id), reason="membership ended")
    return row


def _has_other_admin(tenant: Tenant, member: Membership) -> bool:
    others = Membership.objects.filter(tenant=tenant, active=True).exclude(pk=member.pk)
    rows = others.order_by().values_list("roles", flat=True).iterator()
    return any(not ADMIN_ROLES.isdisjoint(roles) for roles in rows)


def _hold_new_admin(
    facts: RequestFacts, tenant: Tenant, member: Membership, gained: list[str]
) -> None:
    scope = policies.Scope.of(
        str(tenant.pk),
        version=tenant.policy_version,
        annual_contract_value=tenant.annual_contract_value,
    )
    policy = policies.fresh(checkpoint_named("role_grant"), scope, now=facts.now)
    if policy.hold:
        # The mirror write is the hold flow's; reach was decided by the caller of this one.
        hold.start(
            facts=facts,
            membership=member,
            checkpoint=EVERY,
            until=facts.now + policy.hold,
            reason=f"new role: {', '.join(gained)}",
        )


def _end_proofs(facts: RequestFacts, *, tenant: Tenant, reason: str, user: str = "") -> None:
    whose = {"tenant": tenant, **({"user": user} if user else {})}
    live = Grant.objects.select_for_update().filter(**whose, revoked_at=None)
    end_grants(facts, list(live.order_by("tenant_id", "user_id", "verified_at")), reason)
    cancel_open(facts, Challenge.objects.filter(**whose), reason)


def _only_changeable(values: Mapping[str, Any]) -> None:
    unknown = set(values) - CHANGEABLE
    if unknown:
        raise ValueError(f"cannot be changed: {', '.join(sorted(unknown))}")


def _tier(tenant: Tenant) -> Tier:
    return tier_of(tenant.annual_contract_value, enterprise_from=settings().enterprise_from)


def _in(facts: RequestFacts, tenant: Tenant, *, subject: str = "") -> Circumstances:
    return Circumstances.of(facts, tenant=str(tenant.pk), subject=subject, target=tenant.name)
