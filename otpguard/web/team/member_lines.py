"""Lists of members with what each has set up: some at a time, in as many statements for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard.account import name_of, search_columns
from otpguard.conf import factor_kinds, settings
from otpguard.core.decision import EnrolledFactor
from otpguard.core.enrollment import Due, EnrollmentStatus, Overdue, best, enrollment_status
from otpguard.core.facts import RequestFacts
from otpguard.factors.enrolled import WORTH_COLUMNS, counting, worth_value
from otpguard.flows.tenant.overdue import overdue_members
from otpguard.labels import Text, factor_kind_label
from otpguard.models import Membership, Tenant
from otpguard.tenants.rules import rules_of

SHOWN = 50
"""So many members on a page."""

SHOWS: Mapping[str, Text] = {
    "": _("everybody"),
    "ready": _("who has set up a way to confirm"),
    "missing": _("who has not set up any"),
    "overdue": _("who is past the deadline"),
}
"""What can be shown, by the word in the URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMemberLine:
    """One member. `strongest` is their best way to confirm, empty without any; `until` is set while
    something is missing that a rule asks for."""

    id: str
    name: str
    roles: str
    strongest: Text
    until: datetime | None
    overdue: bool
    missing: bool
    mine: bool


def found_members(facts: RequestFacts, shown: str, search: str) -> QuerySet[Membership]:
    """The active members of the tenant that fit, by name. Nothing is read yet."""
    rows = overdue_members(facts.now) if shown == "overdue" else Membership.objects.all()
    rows = rows.filter(Q(tenant=facts.tenant), active=True).select_related("user")
    real = [kind.slug for kind in factor_kinds().values() if not kind.recovers]
    has = Exists(counting(tenant=facts.tenant).filter(kind__in=real, user=OuterRef("user")))
    if shown in ("ready", "missing"):
        rows = rows.filter(has if shown == "ready" else ~has)
    columns = search_columns(get_user_model())
    named = Q()
    for column in columns if search and "\0" not in search else ():
        named |= Q(**{f"user__{column}__istartswith": search})
    return rows.filter(named).order_by(*(f"user__{column}" for column in columns[:1]), "pk")


def page_of_members(rows: QuerySet[Membership], number: str) -> Page[Membership]:
    """A page of them; the nearest one for a number that there is not."""
    return Paginator(rows, SHOWN).get_page(number)


def lines_of(facts: RequestFacts, rows: Sequence[Membership]) -> list[TeamMemberLine]:
    """These members with what they have. Two statements for all, and one for new rules."""
    rows = list(rows)
    version = Tenant.objects.values_list("policy_version", flat=True).get(pk=facts.tenant)
    rules = rules_of(facts.tenant, version)
    factors = _factors(facts, rows)
    profile = settings().assurance_profile
    lines = []
    for row in rows:
        own = factors.get(row.user_id, [])
        stands = enrollment_status(
            rules,
            roles=frozenset(row.roles),
            factors=own,
            profile=profile,
            now=facts.now,
            member_since=row.created_at,
        )
        strongest = best(own, profile)
        lines.append(_line(facts, row, stands, strongest))
    return lines


def _line(
    facts: RequestFacts, row: Membership, stands: EnrollmentStatus, strongest: EnrolledFactor | None
) -> TeamMemberLine:
    asked = stands if isinstance(stands, Due | Overdue) else None
    return TeamMemberLine(
        id=str(row.pk),
        name=name_of(row.user),
        roles=", ".join(row.roles),
        strongest=factor_kind_label(strongest.kind.slug) if strongest else "",
        until=asked.deadline if asked else None,
        overdue=isinstance(stands, Overdue),
        missing=asked is not None or strongest is None,
        mine=str(row.user_id) == facts.user,
    )


def _factors(facts: RequestFacts, rows: Sequence[Membership]) -> dict[Any, list[EnrolledFactor]]:
    found: dict[Any, list[EnrolledFactor]] = defaultdict(list)
    whose = counting(tenant=facts.tenant).filter(user__in=[row.user_id for row in rows])
    for each in whose.order_by().values("user_id", *WORTH_COLUMNS):
        found[each.pop("user_id")].append(worth_value(each))
    return found
