"""People are told that they must enroll: in good time, once for each rule, if they have to."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.assurance import AssuranceLevel
from otpguard.flows.tenant import enrollment_due as module
from otpguard.flows.tenant.enrollment import set_rule
from otpguard.flows.tenant.enrollment_due import AHEAD, LOOK_AGAIN, Reminded, remind_due
from otpguard.models import EnrollmentReminder, EnrollmentRule, Membership, Notice, Tenant
from otpguard.testing import send_notices
from otpguard.testing.racing import race
from tests import factories
from tests.directory import SETTING, OwnMembers, employ

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()
DAY = timedelta(days=1)
LONG_AGO = NOW - 100 * DAY


def rule(
    tenant: Tenant | None = None, *, due: timedelta = 3 * DAY, **fields: Any
) -> EnrollmentRule:
    """A rule whose deadline, for members of long ago, is `due` from now."""
    base = {"starts_at": NOW - 14 * DAY + due, "grace_days": 14, "at": NOW}
    return EnrollmentRule.objects.create(tenant=tenant, **{**base, **fields})


def member(tenant: Tenant | None = None, *, since: Any = LONG_AGO, **fields: Any) -> Membership:
    made = factories.member(tenant or factories.tenant(), **fields)
    factories.age(made, created_at=since)
    return made


def remind(now: Any) -> int:
    """One round from the first rule on."""
    return remind_due(now=now).told


def told() -> list[tuple[str, str | None, str]]:
    """Who was told about which tenant, and until when."""
    return [
        (
            str(row.user_id),
            str(row.tenant_id) if row.tenant_id else None,
            json.loads(row.context.reveal())["details"]["due"][:10],
        )
        for row in Notice.objects.filter(kind="enrollment_due").order_by("created_at")
    ]


def test_a_member_without_a_factor_is_told_in_the_week_before_the_deadline() -> None:
    who = member()
    rule(who.tenant, due=3 * DAY)
    assert remind(now=NOW) == 1
    due = f"{NOW + 3 * DAY:%Y-%m-%d}"
    assert told() == [(str(who.user_id), str(who.tenant_id), due)]
    send_notices()
    assert SENT[-1].to == who.user.email
    assert f"It is due by {due}" in SENT[-1].text


@pytest.mark.parametrize(("due", "count"), [(AHEAD + DAY, 0), (AHEAD, 1), (-DAY, 0)])
def test_not_earlier_and_not_once_it_is_too_late(due: timedelta, count: int) -> None:
    rule(member().tenant, due=due)
    assert remind(now=NOW) == count


def test_once_for_each_person_and_rule() -> None:
    who = member(roles=["admin"])
    rule(who.tenant)
    assert [remind(now=NOW + hours * timedelta(hours=1)) for hours in (0, 1, 30)] == [1, 0, 0]
    rule(who.tenant, role="admin")
    assert [remind(now=NOW) for _ in range(2)] == [1, 0]


def test_a_changed_rule_is_another_one() -> None:
    who, operator = member(), factories.staff()
    facts = factories.facts(operator, now=NOW)
    for days in (5, 5, 6):
        set_rule(
            facts=facts, tenant=who.tenant, role="", level=None, starts_at=NOW, grace_days=days
        )
        remind(now=NOW)
    assert [each[2] for each in told()] == [f"{NOW + days * DAY:%Y-%m-%d}" for days in (5, 6)]


def test_a_person_who_meets_the_rule_is_not_told_until_they_do_not_any_more() -> None:
    who = member()
    rule(who.tenant)
    factor = factories.phone_factor(who.user)
    assert remind(now=NOW) == 0
    factories.age(factor, disabled_at=NOW)
    assert remind(now=NOW + LOOK_AGAIN - timedelta(minutes=1)) == 0
    assert remind(now=NOW + LOOK_AGAIN) == 1


def test_a_factor_below_the_level_is_not_enough() -> None:
    who = member()
    factories.phone_factor(who.user)
    rule(who.tenant, level=AssuranceLevel.AAL3)
    assert remind(now=NOW) == 1


def test_a_role_is_asked_alone() -> None:
    tenant = factories.tenant()
    admin, _plain = member(tenant, roles=["admin", "x"]), member(tenant)
    rule(tenant, role="admin")
    assert remind(now=NOW) == 1
    assert [each[0] for each in told()] == [str(admin.user_id)]


def test_who_joins_later_has_their_own_deadline() -> None:
    tenant = factories.tenant()
    early, late = member(tenant), member(tenant, since=NOW - 10 * DAY)
    rule(tenant, due=-DAY)
    assert remind(now=NOW) == 1
    assert told() == [(str(late.user_id), str(tenant.pk), f"{NOW + 4 * DAY:%Y-%m-%d}")]
    assert early.user_id not in EnrollmentReminder.objects.values_list("user", flat=True)


def test_nobody_is_told_who_is_not_active_or_elsewhere() -> None:
    tenant = factories.tenant()
    member(tenant, active=False)
    gone = member(tenant)
    gone.user.is_active = False
    gone.user.save()
    member()
    member(suspended := factories.tenant(status=Tenant.Status.SUSPENDED))
    rule(tenant), rule(suspended)
    assert remind(now=NOW) == 0


def test_a_rule_of_the_site_asks_members_of_every_tenant_once_and_the_sites_staff() -> None:
    who = member()
    member(user_=who.user)
    boss = factories.staff()
    rule(None)
    assert remind(now=NOW) == 2
    assert remind(now=NOW) == 0
    tenants = {each[0]: each[1] for each in told()}
    assert tenants[str(boss.pk)] is None
    assert tenants[str(who.user_id)] is not None


def test_what_is_met_in_one_tenant_may_be_missing_in_another() -> None:
    first, second = factories.tenant(), factories.tenant()
    who = member(first)
    member(second, user_=who.user)
    factories.phone_factor(who.user, tenant=first)
    rule(None)
    assert remind(now=NOW) == 1
    assert [each[1] for each in told()] == [str(second.pk)]


def test_many_are_told_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PEOPLE", 2)
    tenant = factories.tenant()
    for _ in range(3):
        member(tenant)
    rule(tenant)
    assert [remind(now=NOW) for _ in range(3)] == [2, 1, 0]


def test_many_rules_are_looked_at_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RULES", 2)
    rows = [rule(member().tenant) for _ in range(3)]
    first = remind_due(now=NOW)
    assert (first.told, first.after) == (2, rows[1].pk)
    assert remind_due(now=NOW, after=first.after) == Reminded(told=1, after=0)


def test_of_many_workers_at_once_one_tells() -> None:
    who = member()
    rule(who.tenant)
    assert sum(race(lambda: remind(now=NOW), threads=4)) == 1
    assert len(told()) == 1


def test_a_far_rule_is_not_looked_at() -> None:
    rule(member().tenant, due=60 * DAY)
    assert remind(now=NOW) == 0
    assert not EnrollmentReminder.objects.exists()


def test_where_the_host_knows_the_members_its_word_counts(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, **SETTING}
    OwnMembers.people.clear()
    tenant = factories.tenant()
    member(tenant), (hired := member(tenant))
    employ(hired.user, tenant, "admin")
    rule(tenant, role="admin")
    assert remind(now=NOW) == 1
    assert [each[0] for each in told()] == [str(hired.user_id)]
    OwnMembers.people.clear()
