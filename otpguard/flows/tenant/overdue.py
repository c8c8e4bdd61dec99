"""Members whose time to enroll is over, of all tenants: as rows, for a count and for a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import (
    CharField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Concat

from otpguard.core.assurance import AssuranceLevel
from otpguard.factors.enrolled import enabled
from otpguard.flows.tenant.reaching import reaching
from otpguard.models import EnrollmentRule, FactorBlock, Membership, Tenant

_LEVELS: Sequence[AssuranceLevel | None] = (None, *AssuranceLevel)
_QUOTE = Value('"')


class _DaysLater(Func):
    """A time plus so many days. SQLite, which has no intervals, answers to the millisecond."""

    template = "(%(expressions)s * INTERVAL '1 day')"
    arg_joiner = " + "
    output_field = DateTimeField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:  # noqa: ANN401 (Django's signature)
        """In the form in which Django keeps times there."""
        form = "'%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f'"
        template = f"strftime({form}, %(expressions)s || ' days')"
        return self.as_sql(compiler, connection, template=template, arg_joiner=", '+' || ", **more)


def overdue_members(now: datetime) -> QuerySet[Membership]:
    """The active members of active tenants who break an enrollment rule whose deadline has passed.

    The same people as `coverage` counts as overdue. Nothing is read before the rows are.
    """
    late = Q()
    for level in _LEVELS:
        # Asked once, and first: the people of a level that no rule asks are not looked for.
        asked = Exists(EnrollmentRule.objects.filter(level=level))
        late |= Q(asked) & Q(pk__in=_late(level, now))
    return Membership.objects.filter(late)


def _late(level: AssuranceLevel | None, now: datetime) -> QuerySet[Any]:
    """The keys of those who break a rule of this level. A statement of its own for each, so that
    the database joins whole tables at once and need not look up each member in turn."""
    members = Membership.objects.filter(active=True, tenant__status=Tenant.Status.ACTIVE)
    named = members.annotate(roles_text=Cast("roles", TextField()))
    return (
        named.filter(Exists(_rules(level, now)), ~Exists(_factors(level))).order_by().values("pk")
    )


def _rules(level: AssuranceLevel | None, now: datetime) -> QuerySet[EnrollmentRule]:
    """The rules that ask this level of the member outside, and whose deadline has passed."""
    rules = EnrollmentRule.objects.filter(
        Q(tenant=None) | Q(tenant=OuterRef("tenant")), level=level
    ).annotate(
        roles_text=ExpressionWrapper(OuterRef("roles_text"), TextField()),
        quoted=Concat(_QUOTE, "role", _QUOTE, output_field=CharField()),
        from_rule=_DaysLater(F("starts_at"), F("grace_days")),
        from_member=_DaysLater(OuterRef("created_at"), F("grace_days")),
    )
    return rules.filter(
        Q(role="") | Q(roles_text__contains=F("quoted")), from_rule__lte=now, from_member__lte=now
    )


def _factors(level: AssuranceLevel | None) -> QuerySet[Any]:
    """The factors of the member outside that count in the tenant and reach the level."""
    blocked = FactorBlock.objects.filter(tenant=OuterRef(OuterRef("tenant")), factor=OuterRef("pk"))
    own = Q(tenant=None) | Q(tenant=OuterRef("tenant"))
    return enabled().filter(own, reaching(level), user=OuterRef("user")).exclude(Exists(blocked))
