"""Create and change tenants and memberships.

Every flow is one transaction that joins an outer one, with the event inside. The caller has checked
that the actor may do this at all. Only the reach is checked here: the tenant's own people, the
site, or code that no request started.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.conf.picture_sources import picture_sources
from otpguard.core.audience import ADMIN_ROLES, note_lost_roles
from otpguard.core.events.base import Event
from otpguard.core.events.tenant import MembershipChanged, TenantChanged, TenantCreated
from otpguard.core.facts import RequestFacts
from otpguard.core.industries import industry_named
from otpguard.core.logo import is_admitted, is_logo
from otpguard.core.plain_text import plain_text
from otpguard.core.presets import Tier, tier_of
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.key.holder import end_keys_of
from otpguard.flows.lock_order import lock_tenant, share_site
from otpguard.flows.notice.tell import tell_tenant
from otpguard.flows.scope import check_tenant, is_site
from otpguard.flows.session.revoke import end_grants
from otpguard.flows.siem.residency import check_storage
from otpguard.flows.tenant.new_admin import NewAdmin, receive_admin
from otpguard.models import Approval, Challenge, Grant, Membership, Tenant
from otpguard.models.policy import new_stamp
from otpguard.notices.kinds import NoticeKind
from otpguard.tenants.administrators import that_may_have

_NO_USER = _("There is no such user.")
_NAME_TAKEN = _("An organization with this name already exists.")
_NO_LOGO = _("Enter a static file such as acme/logo.svg, a path, or an https address.")
_LOGO_ELSEWHERE = _(
    "Our pages may not load pictures from there. The site can admit it in CSP_SOURCES (img-src)."
)

SITE_ONLY = frozenset(
    {"external_id", "legal_hold", "region", "footprint", "annual_contract_value", "industry"}
)
"""What only the site may change: which of the host's objects a tenant is, what keeps it, the
countries that paid messages may go to, what it pays, for that takes it out of the strict caps, and
its industry, which sets its floor."""

CHANGEABLE = frozenset(
    {
        "name",
        "brand",
        "logo",
        "status",
        "region",
        "environment",
        "tags",
        *SITE_ONLY,
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

    Raises InvalidInput for a slug or an external id that is taken (`slug`, `external_id`), a user
    who does not exist (`user_id`), a picture that pages may not load (`logo`), an unknown
    `industry` or `tags` that demand another region than STORAGE_REGION, ValueError for a value that
    is not one of CHANGEABLE.
    """
    _only_changeable(values)
    check_logo(values.get("logo", ""))
    _check_industry(str(values.get("industry", "")))
    check_storage(values.get("tags", ()), str(values.get("region", "US")))
    with transaction.atomic():
        share_site()
        try:
            with transaction.atomic():
                tenant = Tenant.objects.create(slug=slug, name=name, **values)
        except IntegrityError:
            taken = Tenant.objects.filter(slug=slug).exists()
            raise InvalidInput("slug", str(_NAME_TAKEN)) if taken else _id_taken() from None
        record(TenantCreated(slug=slug), _in(facts, tenant))
        if admin:
            write_member(facts, tenant, admin, ["admin"], active=True, reason="")
    return tenant


def change_tenant(
    *, facts: RequestFacts, tenant: Tenant, values: Mapping[str, Any], reason: str = ""
) -> tuple[str, ...]:
    """Change columns of a tenant; returns the names of those that differ.

    Locks the tenant, in which nobody proves anything until the commit. SITE_ONLY columns can be
    changed outside any tenant alone. A contract that changes the tier changes the policy, and so
    does another industry; every process sees it at its next request (A19). Suspending cancels the
    tenant's open challenges and revokes its grants. Raises NotAllowed in another tenant,
    InvalidInput (`logo`, `industry`, `tags`) as `create_tenant` does, ValueError for a field that
    is not CHANGEABLE.
    """
    check_tenant(facts, tenant.pk)
    _only_changeable(values)
    check_logo(values.get("logo", ""))
    _check_industry(str(values.get("industry", "")))
    values = {
        name: plain_text(value) if isinstance(value, str) else value
        for name, value in values.items()
    }
    with transaction.atomic():
        row = lock_tenant(tenant.pk)
        changed = tuple(name for name in values if getattr(row, name) != values[name])
        if not changed:
            return ()
        _check_change(facts, row, changed, values)
        before = {name: getattr(row, name) for name in changed}
        was = _tier(row)
        _set(row, tenant, changed, values)
        after = {name: getattr(row, name) for name in changed}
        if _tier(row) is not was:
            before["tier"], after["tier"] = was.value, _tier(row).value
        if _tier(row) is not was or "industry" in changed:
            row.policy_version = new_stamp()
            tenant.policy_version = row.policy_version
        _save(row, [*changed, "policy_version"])
        record(TenantChanged(before=before, after=after, reason=reason), _in(facts, row))
        if "tier" in after:
            tell_tenant(
                facts=facts, kind=NoticeKind.TIER_CHANGED, tenant_id=str(row.pk), context={}
            )
        if "status" in changed and row.status == Tenant.Status.SUSPENDED:
            _end_proofs(facts, tenant=row, reason="tenant suspended")
    return changed


def _set(row: Tenant, tenant: Tenant, changed: Iterable[str], values: Mapping[str, Any]) -> None:
    """Change the locked row, and the object that the caller holds."""
    for name in changed:
        setattr(row, name, values[name])
        setattr(tenant, name, values[name])


def _check_change(
    facts: RequestFacts, row: Tenant, changed: Iterable[str], values: Mapping[str, Any]
) -> None:
    if SITE_ONLY.intersection(changed) and not is_site(facts):
        raise NotAllowed(str(_("This can be changed only while no organization is selected.")))
    if {"tags", "region"}.intersection(changed):
        check_storage(values.get("tags", row.tags), values.get("region", row.region))


def _check_industry(word: str) -> None:
    if word and industry_named(word) is None:
        raise InvalidInput("industry", str(_("There is no such industry.")))


def check_logo(logo: str) -> None:
    """Raises InvalidInput (`logo`) for a picture that pages may not load.

    A row never widens the content policy: what that does not admit is refused here, and is left out
    of pages if it was admitted once.
    """
    if logo and not is_logo(logo):
        raise InvalidInput("logo", str(_NO_LOGO))
    if not is_admitted(logo, picture_sources()):
        raise InvalidInput("logo", str(_LOGO_ELSEWHERE))


def set_member(
    *,
    facts: RequestFacts,
    tenant: Tenant,
    user_id: str,
    roles: Iterable[str],
    active: bool,
    reason: str = "",
    approval: Approval | None = None,
) -> Membership:
    """Create a membership or change its roles and activity; writes nothing if nothing changes.

    Locks the tenant, so that two first administrators at once cannot both be the first. A newly
    gained admin role holds the sensitive checkpoints of that member for as long as the tenant's
    `role_grant` policy says, unless there was no other active administrator (C29); taking a role
    away and giving it again starts a new hold (A10). The person and the administrators are told.
    Losing a role, or the membership, revokes the user's grants in that tenant only, and ends the
    keys of ours that they hold there.

    Where the policy of `role_grant` asks for approvals, a gained admin role needs the `approval`;
    the first administrator needs none, nor does code that no request started. Raises
    ApprovalMissing without it, NotAllowed in another tenant, InvalidInput (`user_id`) for a user
    who does not exist.
    """
    check_tenant(facts, tenant.pk)
    with transaction.atomic():
        locked = lock_tenant(tenant.pk)
        return write_member(
            facts, locked, user_id, roles, active=active, reason=reason, approval=approval
        )


def write_member(
    facts: RequestFacts,
    tenant: Tenant,
    user_id: str,
    roles: Iterable[str],
    *,
    active: bool,
    reason: str,
    held: bool = True,
    event: Callable[..., Event] = MembershipChanged,
    approval: Approval | None = None,
    untold: list[NewAdmin] | None = None,
) -> Membership:
    """What `set_member` does, in the caller's transaction, which holds the lock of `tenant`.

    `held` is False where no wait may begin, which the caller has a right to say; `event` tells of
    it; `untold` is that of `receive_admin`. Raises what `set_member` raises.
    """
    wanted = sorted(set(roles))
    _check_key(user_id)
    known = Membership.objects.select_for_update(of=("self",), no_key=True).filter(tenant=tenant)
    row = known.filter(Q(user_id=user_id)).first()
    before = set(row.roles) if row and row.active else set()
    if row and row.active == active and sorted(row.roles) == wanted:
        return row
    created = row is None
    if row is None:
        if not get_user_model()._default_manager.filter(pk=user_id).exists():  # noqa: SLF001 (documented)
            raise InvalidInput("user_id", str(_NO_USER))
        row = Membership(tenant=tenant, user_id=user_id, created_at=facts.now)
    ended = row.active and not active and not created
    holds = set(wanted) if active else set()
    row.lost_roles = note_lost_roles(row.lost_roles, before=before, after=holds, now=facts.now)
    row.roles, row.active = wanted, active
    row.save()
    gained = sorted((set(wanted) - before) & ADMIN_ROLES) if active else []
    said = event(roles=wanted, active=active, created=created, gained=gained, reason=reason)
    record(said, _in(facts, tenant, subject=str(user_id)))
    if held and gained and _has_other_admin(tenant, row):
        receive_admin(facts, row, gained, approval=approval, untold=untold)
    if ended or before - holds:
        said_why = "membership ended" if ended else "role lost"
        _end_proofs(facts, tenant=tenant, user=str(user_id), reason=said_why)
        end_keys_of(facts=facts, tenant=tenant, user_id=str(user_id), reason=said_why)
    return row


def _check_key(user_id: str) -> None:
    """Raises InvalidInput (`user_id`) for what cannot be the primary key of a user."""
    try:
        get_user_model()._meta.pk.to_python(user_id)  # noqa: SLF001 (Django's documented Meta API)
    except ValidationError:
        raise InvalidInput("user_id", str(_NO_USER)) from None


def _has_other_admin(tenant: Tenant, member: Membership) -> bool:
    others = Membership.objects.filter(tenant=tenant, active=True).exclude(pk=member.pk)
    rows = that_may_have(others, ADMIN_ROLES).order_by().values_list("roles", flat=True)
    return any(not ADMIN_ROLES.isdisjoint(roles) for roles in rows.iterator())


def _end_proofs(facts: RequestFacts, *, tenant: Tenant, reason: str, user: str = "") -> None:
    whose = {"tenant": tenant, **({"user": user} if user else {})}
    cancel_open(facts, Challenge.objects.filter(**whose), reason)
    live = Grant.objects.select_for_update().filter(**whose, revoked_at=None)
    end_grants(facts, list(live.order_by("tenant_id", "user_id", "verified_at")), reason)


def _save(row: Tenant, columns: list[str]) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=columns)
    except IntegrityError:
        raise _id_taken() from None


def _id_taken() -> InvalidInput:
    text = _("Another organization already has this record of your product.")
    return InvalidInput("external_id", str(text))


def _only_changeable(values: Mapping[str, Any]) -> None:
    unknown = set(values) - CHANGEABLE
    if unknown:
        raise ValueError(f"cannot be changed: {', '.join(sorted(unknown))}")


def _tier(tenant: Tenant) -> Tier:
    return tier_of(tenant.annual_contract_value, enterprise_from=settings().enterprise_from)


def _in(facts: RequestFacts, tenant: Tenant, *, subject: str = "") -> Circumstances:
    return Circumstances.of(facts, tenant=str(tenant.pk), subject=subject, target=tenant.name)
