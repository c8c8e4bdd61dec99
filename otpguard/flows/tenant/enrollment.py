"""Enforce enrollment: set the rules, tell what a person must do, record who was stopped.

Rules of a tenant and of the site add up. A change raises the policy version of the affected tenants
in the same transaction, so every process sees it at its next request.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.db import DatabaseError, InterfaceError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.account import find_user
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import (
    AHEAD_LIMIT,
    GRACE_LIMIT,
    EnrollmentStatus,
    NotRequired,
    Overdue,
    Rule,
    enrollment_status,
    would_break,
)
from otpguard.core.events.tenant import EnrollmentChanged, EnrollmentOverdue
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed, StoreUnavailable
from otpguard.factors.enrolled import live_factors
from otpguard.flows.coalesce import Coalescer
from otpguard.flows.lock_order import lock_what_is_asked
from otpguard.flows.scope import check_tenant, is_site
from otpguard.models import EnrollmentRule, Membership, Tenant
from otpguard.tenants.directory import member_of, members_are_ours
from otpguard.tenants.policy_versions import move_version
from otpguard.tenants.rules import rules_of, site_rules

logger = logging.getLogger("otpguard.enrollment")

lately = Coalescer()

ROLE_LENGTH = 40


def set_rule(
    *,
    facts: RequestFacts,
    tenant: Tenant | None,
    role: str,
    level: AssuranceLevel | None,
    starts_at: datetime,
    grace_days: int,
) -> EnrollmentRule:
    """Ask members of a tenant (of every tenant, for None) with a role for a factor.

    An empty `role` means everybody; there is one rule for each role, which this replaces. The
    caller has guarded the change by `security_settings`. Locks the tenants it touches; joins an
    outer transaction. No change writes no event. Raises NotAllowed in another tenant and for the
    site's rules from within one, InvalidInput for values out of bounds.
    """
    _check_reach(facts, tenant)
    _check_bounds(role, starts_at, grace_days, now=facts.now)
    wanted = {"level": level, "starts_at": starts_at, "grace_days": grace_days}
    with transaction.atomic():
        lock_what_is_asked(tenant)
        row = EnrollmentRule.objects.filter(tenant=tenant, role=role).first()
        if row and all(getattr(row, name) == value for name, value in wanted.items()):
            return row
        row, _created = EnrollmentRule.objects.update_or_create(
            tenant=tenant,
            role=role,
            defaults={**wanted, "author_id": facts.user or None, "at": facts.now},
        )
        # What was changed asks something else: people are told again.
        row.reminders.all().delete()
        move_version(tenant)
        record(_changed(row), _where(facts, tenant))
    return row


def remove_rule(*, facts: RequestFacts, tenant: Tenant | None, role: str) -> bool:
    """Remove a rule of a tenant or of the site. Writes nothing and returns False if there is none.

    Locks the tenants it touches. Raises NotAllowed in another tenant and for the site's rules from
    within one.
    """
    _check_reach(facts, tenant)
    with transaction.atomic():
        lock_what_is_asked(tenant)
        rows = EnrollmentRule.objects.filter(tenant=tenant, role=role).order_by()
        row = rows.first()
        if row is None or not rows.filter(pk=row.pk).delete()[0]:
            return False
        move_version(tenant)
        record(_changed(row, removed=True), _where(facts, tenant))
    return True


def enrollment_status_of(facts: RequestFacts) -> EnrollmentStatus:
    """What enrollment asks of the person of a request: by its tenant, or by the site for staff.

    One statement while no rule asks for anything, one more for the factors when one does. Nothing
    is asked of a person without an active membership: the guard refuses them itself. Raises
    StoreUnavailable.
    """
    if not facts.user:
        return NotRequired()
    member = _member(facts) if facts.tenant else None
    if member is not None:
        roles, since, version = member
        rules, place = rules_of(facts.tenant, version), facts.tenant
    elif facts.user_is_staff:
        # Also if they selected a tenant that is not theirs: that must not avoid the site's rules.
        roles, since, rules, place = frozenset[str](), None, site_rules(), ""
    else:
        return NotRequired()
    asking = [rule for rule in rules if rule.applies_to(roles)]
    if not asking:
        return NotRequired()
    return enrollment_status(
        asking,
        roles=roles,
        factors=live_factors(user=facts.user, tenant=place),
        profile=settings().assurance_profile,
        now=facts.now,
        member_since=since,
    )


def would_be_overdue(*, user_id: str, without_factor_id: str, now: datetime) -> bool:
    """True when losing this factor would break a rule whose deadline has passed.

    Looks at every active membership, and at the site for its staff and for people without a tenant
    (C26). Writes nothing; the caller must have locked the factors. Raises StoreUnavailable.
    """
    try:
        places = _places(user_id)
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the memberships cannot be read") from error
    return any(
        would_break(
            rules,
            without=without_factor_id,
            roles=roles,
            factors=live_factors(user=user_id, tenant=tenant),
            profile=settings().assurance_profile,
            now=now,
            member_since=since,
        )
        for tenant, rules, roles, since in places
        if rules
    )


def record_overdue(*, facts: RequestFacts, overdue: Overdue) -> None:
    """Record that somebody was sent to enrollment; repeats within a minute are counted (A11).

    A transaction of its own. If the log cannot be written, the event is lost, but the person is
    still stopped.
    """
    who = (facts.sid or facts.user, facts.tenant)
    story, count = lately.count(who, story=str(uuid4()), now=facts.now)
    if not count:
        return
    try:
        with transaction.atomic():
            event = EnrollmentOverdue(level=_name(overdue.level), count=count)
            record(event, Circumstances.of(facts, story=story))
    except (DatabaseError, InterfaceError):
        logger.exception("an overdue enrollment could not be recorded")


_Member = tuple[frozenset[str], datetime | None, int]
_Place = tuple[str, tuple[Rule, ...], frozenset[str], datetime | None]


def _member(facts: RequestFacts) -> _Member | None:
    return _our_member(facts) if members_are_ours() else _hosts_member(facts)


def _hosts_member(facts: RequestFacts) -> _Member | None:
    known = member_of(facts.user, facts.tenant)
    if known is None or not known.active:
        return None
    try:
        row = Tenant.objects.filter(pk=facts.tenant).values_list("policy_version").first()
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the tenant cannot be read") from error
    return (known.roles, known.since, row[0]) if row else None


def _our_member(facts: RequestFacts) -> _Member | None:
    rows = Membership.objects.filter(
        Q(tenant_id=facts.tenant, user_id=facts.user), active=True
    ).order_by()
    try:
        row = rows.values_list("roles", "created_at", "tenant__policy_version").first()
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the membership cannot be read") from error
    return (frozenset(row[0]), row[1], row[2]) if row else None


def _places(user_id: str) -> list[_Place]:
    columns = ("tenant_id", "roles", "created_at", "tenant__policy_version")
    rows = Membership.objects.filter(Q(user_id=user_id), active=True).order_by()
    places: list[_Place] = [
        (str(tenant), rules_of(str(tenant), version), frozenset(roles), since)
        for tenant, roles, since, version in rows.values_list(*columns)
    ]
    if not places or getattr(find_user(user_id), "is_staff", False):
        places.append(("", site_rules(), frozenset(), None))
    return places


def _check_reach(facts: RequestFacts, tenant: Tenant | None) -> None:
    if tenant is not None:
        check_tenant(facts, tenant.pk)
    elif not is_site(facts):
        raise NotAllowed(
            str(_("The site's rules can be changed only while no organization is selected."))
        )


def _check_bounds(role: str, starts_at: datetime, grace_days: int, *, now: datetime) -> None:
    if len(role) > ROLE_LENGTH:
        raise InvalidInput("role", str(_("This role name is too long.")))
    if not timedelta(0) <= timedelta(days=grace_days) <= GRACE_LIMIT:
        raise InvalidInput("grace_days", str(_("The grace period must be 0 to 365 days.")))
    if starts_at - now > AHEAD_LIMIT:
        raise InvalidInput("starts_at", str(_("This start is too far ahead.")))


def _changed(row: EnrollmentRule, *, removed: bool = False) -> EnrollmentChanged:
    return EnrollmentChanged(
        role=row.role,
        level=_name(None if row.level is None else AssuranceLevel(row.level)),
        starts_at=row.starts_at.astimezone(UTC).isoformat(),
        grace_days=row.grace_days,
        removed=removed,
    )


def _name(level: AssuranceLevel | None) -> str:
    return "" if level is None else level.name


def _where(facts: RequestFacts, tenant: Tenant | None) -> Circumstances:
    return Circumstances.of(facts, tenant=str(tenant.pk) if tenant else "", subject="")
