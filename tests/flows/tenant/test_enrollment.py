"""Rules are set within reach, count at the next look, and say who is closed out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import Due, NotRequired, Overdue
from otpguard.exceptions import InvalidInput, NotAllowed, StoreUnavailable
from otpguard.flows.tenant.enrollment import (
    enrollment_status_of,
    record_overdue,
    remove_rule,
    set_rule,
    would_be_overdue,
)
from otpguard.models import EnrollmentRule, Event, Tenant
from otpguard.testing import captured_events
from tests import factories
from tests.enrolling import joined, rule

pytestmark = pytest.mark.django_db
LONG = timedelta(days=100)


def set_(tenant: Tenant | None, role: str = "", **changed: Any) -> EnrollmentRule:
    facts = changed.pop("facts", factories.facts(factories.staff()))
    values = {"level": None, "starts_at": facts.now, "grace_days": 14, **changed}
    return set_rule(facts=facts, tenant=tenant, role=role, **values)


def someone(tenant: Tenant, **options: Any) -> Any:
    return joined(factories.member(tenant, **options), LONG)


def stands(member: Any, **known: Any) -> Any:
    return enrollment_status_of(factories.facts(member.user, member.tenant, **known))


# --- rules -------------------------------------------------------------------------------------


def test_a_rule_counts_at_the_next_look_of_every_process() -> None:
    tenant = factories.tenant()
    member = someone(tenant)
    assert stands(member) == NotRequired()
    set_(tenant, level=AssuranceLevel.AAL2)
    where = stands(member)
    assert isinstance(where, Due)
    assert where.level is AssuranceLevel.AAL2
    assert remove_rule(facts=factories.facts(factories.staff()), tenant=tenant, role="")
    assert stands(member) == NotRequired()


def test_each_change_has_its_event_and_no_change_has_none() -> None:
    tenant = factories.tenant()
    actor = factories.facts(factories.staff())
    with captured_events() as events:
        for _ in range(2):
            set_(tenant, "admin", facts=actor, level=AssuranceLevel.AAL3, grace_days=7)
        set_(tenant, "admin", facts=actor, grace_days=3)
        for _ in range(2):
            remove_rule(facts=actor, tenant=tenant, role="admin")
    assert [(e["kind"], e["data"]["level"], e["data"]["removed"]) for e in events] == [
        ("enrollment.changed", "AAL3", False),
        ("enrollment.changed", "", False),
        ("enrollment.changed", "", True),
    ]
    assert {(e["tenant"], e["actor"], e["data"]["role"]) for e in events} == {
        (str(tenant.pk), actor.user, "admin")
    }


def test_there_is_one_rule_for_each_role_also_of_the_site() -> None:
    for tenant in (factories.tenant(), None):
        for days in (1, 2):
            set_(tenant, grace_days=days)
        assert EnrollmentRule.objects.get(tenant=tenant).grace_days == 2
        assert EnrollmentRule.objects.get(tenant=tenant).author is not None


def test_a_rule_of_the_site_counts_in_every_tenant_beside_its_own() -> None:
    one, other = factories.tenant(), factories.tenant()
    members = [someone(one), someone(other)]
    assert [stands(m) for m in members] == [NotRequired()] * 2
    set_(None, level=AssuranceLevel.AAL2, grace_days=5)
    set_(one, level=None, grace_days=365)
    assert [m and stands(m).level for m in members] == [AssuranceLevel.AAL2] * 2
    assert stands(members[0]).deadline - timezone.now() <= timedelta(days=5), "nothing is loosened"


def test_nobody_reaches_another_tenants_rules_nor_the_sites_from_within_one() -> None:
    own, other = factories.tenant(), factories.tenant()
    admin, operator = factories.member(own, roles=["admin"]).user, factories.staff()
    strangers = [
        (factories.facts(admin, own), other),
        (factories.facts(admin, own), None),
        (factories.facts(operator, own), other),
        (factories.facts(operator, own), None),
        (factories.facts(admin), own),
        (factories.facts(admin), None),
    ]
    rule(None), rule(own), rule(other)
    before = list(EnrollmentRule.objects.values_list())
    for facts, tenant in strangers:
        with pytest.raises(NotAllowed):
            set_(tenant, facts=facts, grace_days=1)
        with pytest.raises(NotAllowed):
            remove_rule(facts=facts, tenant=tenant, role="")
    assert list(EnrollmentRule.objects.values_list()) == before
    assert not Event.objects.exists()
    set_(own, facts=factories.facts(admin, own), grace_days=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"grace_days": -1},
        {"grace_days": 366},
        {"starts_at": timezone.now() + timedelta(days=6 * 365)},
        {"role": "x" * 41},
    ],
    ids=["negative grace", "a grace of more than a year", "in six years", "a long role"],
)
def test_values_out_of_bounds_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_(factories.tenant(), **wrong)
    assert [refused.value.field] == list(wrong)
    assert not EnrollmentRule.objects.exists()


# --- where somebody stands ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_member_costs_one_statement_when_no_rule_asks_and_two_when_one_does(
    django_assert_num_queries: Any,
) -> None:
    tenant = factories.tenant()
    rule(tenant, "admin")
    member, admin = someone(tenant, roles=["member"]), someone(tenant, roles=["admin"])
    stands(member)  # reads the rules of this version, once a process
    plain, asked = (factories.facts(each.user, tenant) for each in (member, admin))
    with django_assert_num_queries(1) as captured:
        assert enrollment_status_of(plain) == NotRequired()
    assert "otpguard_membership" in captured.captured_queries[0]["sql"]
    with django_assert_num_queries(2):
        assert isinstance(enrollment_status_of(asked), Overdue)


def test_a_factor_opens_and_one_that_does_not_count_here_does_not() -> None:
    tenant, other = factories.tenant(), factories.tenant()
    rule(tenant)
    member = someone(tenant)
    factories.phone_factor(member.user, confirmed=False)
    factories.phone_factor(member.user, tenant=other)
    assert isinstance(stands(member), Overdue)
    factories.phone_factor(member.user)
    assert stands(member) == NotRequired()


def test_who_is_no_active_member_is_left_to_the_guard() -> None:
    tenant = factories.tenant()
    rule(tenant), rule(None)
    outsider, former = factories.user(), someone(tenant, active=False)
    for facts in (
        factories.facts(),
        factories.facts(outsider),
        factories.facts(outsider, tenant),
        factories.facts(former.user, tenant),
    ):
        assert enrollment_status_of(facts) == NotRequired()


def test_staff_meet_the_sites_rules_whatever_tenant_they_select() -> None:
    tenant = factories.tenant()
    rule(tenant, level=3)
    operator = factories.staff()
    assert enrollment_status_of(factories.facts(operator)) == NotRequired()
    rule(None)
    for selected in (None, tenant):
        assert isinstance(enrollment_status_of(factories.facts(operator, selected)), Overdue)
    factories.phone_factor(operator)
    assert enrollment_status_of(factories.facts(operator)) == NotRequired()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["membership", "enrollmentrule", "factor"])
def test_without_a_store_nobody_is_said_to_be_fine(table: str) -> None:
    tenant = factories.tenant()
    rule(tenant)
    member = someone(tenant)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE otpguard_{table} RENAME TO away")
    try:
        with pytest.raises(StoreUnavailable):
            stands(member)
        with pytest.raises(StoreUnavailable):
            would_be_overdue(user_id=str(member.user.pk), without_factor_id="", now=timezone.now())
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO otpguard_{table}")


# --- removing a factor -------------------------------------------------------------------------


def loses(user: Any, factor: Any) -> bool:
    return would_be_overdue(
        user_id=str(user.pk), without_factor_id=str(factor.pk), now=timezone.now()
    )


def test_the_last_factor_may_not_go_while_any_membership_asks_for_one() -> None:
    """C26: the strictest of all places the person belongs to."""
    easy, strict = factories.tenant(), factories.tenant()
    person = someone(easy).user
    factor = factories.phone_factor(person)
    assert not loses(person, factor)
    rule(strict)
    assert not loses(person, factor), "not a member there"
    member = someone(strict, user_=person)
    assert loses(person, factor)
    second = factories.phone_factor(person)
    assert not loses(person, second)
    assert not loses(person, factor)
    second.delete()
    type(member).objects.filter(pk=member.pk).update(active=False)
    assert not loses(person, factor), "the membership has ended"


def test_the_grace_period_lets_the_last_factor_go() -> None:
    tenant = factories.tenant()
    rule(tenant, started=timedelta(0))
    person = someone(tenant).user
    assert not loses(person, factories.phone_factor(person))


def test_a_factor_that_another_tenant_provisioned_does_not_stand_in() -> None:
    tenant, other = factories.tenant(), factories.tenant()
    rule(tenant)
    person = someone(tenant).user
    own = factories.phone_factor(person)
    factories.phone_factor(person, tenant=other)
    assert loses(person, own)


def test_the_sites_rule_counts_for_members_staff_and_people_who_belong_nowhere() -> None:
    people = [someone(factories.tenant()).user, factories.staff(), factories.user()]
    phones = [factories.phone_factor(person) for person in people]
    assert not any(loses(*pair) for pair in zip(people, phones, strict=True))
    for tenant in Tenant.objects.all():
        factories.age(tenant, policy_version=1)
    rule(None)
    assert all(loses(*pair) for pair in zip(people, phones, strict=True))


# --- the log -----------------------------------------------------------------------------------


def test_who_is_stopped_again_and_again_is_written_once_a_minute() -> None:
    tenant = factories.tenant()
    facts = factories.facts(factories.user(), tenant, sid="s")
    overdue = Overdue(level=AssuranceLevel.AAL2, deadline=facts.now)
    with captured_events() as events:
        for _ in range(5):
            record_overdue(facts=facts, overdue=overdue)
        record_overdue(facts=factories.facts(factories.user(), tenant, sid="t"), overdue=overdue)
    assert [(e["kind"], e["data"]) for e in events] == [
        ("enrollment.overdue", {"level": "AAL2", "count": 1})
    ] * 2


@pytest.mark.django_db(transaction=True)
def test_a_log_that_is_away_costs_the_event_only(caplog: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_event RENAME TO away")
    try:
        facts = factories.facts(factories.user())
        record_overdue(facts=facts, overdue=Overdue(level=None, deadline=facts.now))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO otpguard_event")
    assert "could not be recorded" in caplog.text
