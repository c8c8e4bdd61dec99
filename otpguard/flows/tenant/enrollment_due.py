"""Tell people in good time that they must enroll a factor: once for each rule, a week ahead.

Every worker's sweep looks once a minute, at some people at a time. A row remembers who was looked
at and who was told, so of many workers one tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet

from otpguard.account import find_user
from otpguard.conf import settings
from otpguard.core.enrollment import Rule, best, reach
from otpguard.core.facts import RequestFacts
from otpguard.database import connection, transaction
from otpguard.factors.enrolled import live_factors
from otpguard.flows.notice.notify import notify
from otpguard.models import EnrollmentReminder, EnrollmentRule, Membership, Tenant
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants.directory import MembershipFacts, member_of, members_are_ours
from otpguard.tenants.rules import as_rule

AHEAD = timedelta(days=7)
"""How long before the deadline a person is told; at once, if the rule leaves less time."""

LOOK_AGAIN = timedelta(days=1)
"""When a person who met the rule is looked at again: they may have lost the factor."""

RULES, PEOPLE = 25, 25
"""How many rules, and how many people of one rule, are looked at in one round: the timers of codes
wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """One round: how many people were told, and the rule after which the next round goes on."""

    told: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a rule asks something of a person; no tenant for the site's own staff."""

    tenant: str
    deadline: datetime


def remind_due(*, now: datetime, after: int = 0) -> Reminded:
    """Order the notices that are due now, of some rules after that one.

    Nobody is told whose deadline has passed: they are stopped by then. Commits for each person by
    itself. Raises StoreUnavailable or a database error; the next round goes on.
    """
    told, looked = 0, 0
    rows = list(EnrollmentRule.objects.filter(pk__gt=after).order_by("pk")[:RULES])
    for row in rows:
        rule = as_rule(row)
        people = [] if rule.starts_at + rule.grace > now + AHEAD else _people(row, rule, now)
        for user in people:
            told += _remind(row, user, _unmet(row, rule, user, now), now)
        looked += len(people)
        if looked >= PEOPLE:
            # The same rule may have more.
            return Reminded(told=told, after=row.pk - 1)
    return Reminded(told=told, after=rows[-1].pk if len(rows) == RULES else 0)


def _people(row: EnrollmentRule, rule: Rule, now: datetime) -> list[Any]:
    """Some of those whose deadline is near and who are not to be passed over for now."""
    members = _members(row, rule, now).order_by("user_id").values_list("user_id", flat=True)
    found = list(members.distinct()[:PEOPLE])
    if _asks_staff(row) and len(found) < PEOPLE and rule.deadline(None) > now:
        staff = get_user_model()._default_manager.filter(is_staff=True)  # noqa: SLF001 (documented)
        rest = staff.exclude(_passed_over(row, "pk", now)).exclude(pk__in=found).order_by("pk")
        found += rest.values_list("pk", flat=True)[: PEOPLE - len(found)]
    return found


def _members(row: EnrollmentRule, rule: Rule, now: datetime) -> QuerySet[Membership]:
    """Memberships that the rule may ask something of, with their deadline ahead and near."""
    rows = Membership.objects.filter(
        active=True,
        tenant__status=Tenant.Status.ACTIVE,
        created_at__lte=now + AHEAD - rule.grace,
    ).exclude(_passed_over(row, "user_id", now))
    if rule.starts_at + rule.grace <= now:
        rows = rows.filter(created_at__gt=now - rule.grace)
    if row.tenant_id is not None:
        rows = rows.filter(tenant=row.tenant_id)
    if row.role and members_are_ours() and connection.features.supports_json_field_contains:
        rows = rows.filter(roles__contains=[row.role])
    return rows


def _passed_over(row: EnrollmentRule, user: str, now: datetime) -> Exists:
    """People who were told, or were looked at within the day."""
    seen = Q(sent_at__isnull=False) | Q(looked_at__gt=now - LOOK_AGAIN)
    return Exists(EnrollmentReminder.objects.filter(seen, rule=row.pk, user=OuterRef(user)))


def _asks_staff(row: EnrollmentRule) -> bool:
    fields = {each.name for each in get_user_model()._meta.concrete_fields}  # noqa: SLF001 (documented)
    return row.tenant_id is None and not row.role and "is_staff" in fields


def _unmet(row: EnrollmentRule, rule: Rule, user: Any, now: datetime) -> _Place | None:  # noqa: ANN401 (a key of the host's choice)
    """The place with the nearest deadline where the person does not meet the rule yet, if any."""
    account = find_user(user)
    if account is None or not account.is_active:
        return None
    profile = settings().assurance_profile
    places = [*_memberships(row, rule, user, now)]
    if _asks_staff(row) and getattr(account, "is_staff", False):
        places.append(_Place(tenant="", deadline=rule.deadline(None)))
    for place in sorted(places, key=lambda each: each.deadline):
        factors = live_factors(user=str(user), tenant=place.tenant)
        if place.deadline > now and not rule.is_met_by(reach(best(factors, profile), profile)):
            return place
    return None


def _memberships(row: EnrollmentRule, rule: Rule, user: Any, now: datetime) -> Iterator[_Place]:  # noqa: ANN401 (as above)
    rows = _members(row, rule, now).filter(Q(user_id=user)).order_by("pk")
    for tenant, roles, since in rows.values_list("tenant_id", "roles", "created_at"):
        known: MembershipFacts | None = MembershipFacts(roles=frozenset(roles), since=since)
        if not members_are_ours():
            # The row is a shadow and may be out of date: the host's directory has the last word.
            known = member_of(str(user), str(tenant))
        if known is not None and known.active and rule.applies_to(known.roles):
            yield _Place(tenant=str(tenant), deadline=rule.deadline(known.since))


def _remind(row: EnrollmentRule, user: Any, unmet: _Place | None, now: datetime) -> bool:  # noqa: ANN401 (as above)
    """Note that the person was looked at, and tell them if there is something to tell. False if
    there is not, or if another worker was first."""
    with transaction.atomic():
        seen = EnrollmentReminder(rule=row, user_id=user, looked_at=now)
        EnrollmentReminder.objects.bulk_create([seen], ignore_conflicts=True)
        mine = EnrollmentReminder.objects.filter(Q(user_id=user), rule=row, sent_at=None)
        if unmet is None:
            mine.update(looked_at=now)
            return False
        if not mine.update(looked_at=now, sent_at=now):
            return False
        notify(
            facts=RequestFacts(now=now),
            kind=NoticeKind.ENROLLMENT_DUE,
            user_id=str(user),
            tenant_id=unmet.tenant,
            context={Detail.DUE: unmet.deadline.isoformat()},
        )
    return True
