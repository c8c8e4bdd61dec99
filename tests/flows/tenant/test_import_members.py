"""Many members in one transaction: all of them, or none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.tenant.import_members import (
    RESUMABLE,
    InvalidRow,
    MemberRow,
    import_members,
    is_new,
)
from otpguard.flows.tenant.provision import create_tenant, set_member
from otpguard.models import Event, Grant, Hold, Membership, Notice, Tenant
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


@pytest.fixture
def by(tenant: Tenant) -> RequestFacts:
    return factories.facts(factories.user(), tenant)


def row(user: Any, *roles: str, active: bool = True) -> MemberRow:
    return MemberRow(user_id=str(user.pk), roles=roles, active=active)


def events() -> list[dict[str, Any]]:
    found = Event.objects.filter(kind="membership.imported").order_by("id")
    return [json.loads(each.body)["data"] for each in found]


def test_each_row_is_a_member_with_an_event_of_its_own(tenant: Tenant, by: RequestFacts) -> None:
    people = [factories.user() for _ in range(3)]
    rows = [row(people[0], "admin"), row(people[1], "b", "a"), row(people[2], active=False)]
    made = import_members(facts=by, tenant=tenant, rows=iter(rows), reason="from the old system")
    assert [(str(m.user_id), m.roles, m.active) for m in made] == [
        (str(people[0].pk), ["admin"], True),
        (str(people[1].pk), ["a", "b"], True),
        (str(people[2].pk), [], False),
    ]
    assert {m.pk for m in made} == set(Membership.objects.values_list("pk", flat=True))
    assert [event["created"] for event in events()] == [True] * 3
    assert {event["reason"] for event in events()} == {"from the old system"}
    subjects = Event.objects.filter(kind="membership.imported").order_by("id")
    assert [each.subject_ref for each in subjects] == [str(person.pk) for person in people]


def test_no_rows_are_no_members(tenant: Tenant, by: RequestFacts) -> None:
    assert import_members(facts=by, tenant=tenant, rows=[]) == []
    assert not Event.objects.exists()


def test_who_was_a_member_already_is_changed_and_whoever_is_not_named_stays(
    tenant: Tenant, by: RequestFacts
) -> None:
    same, other, away = (factories.member(tenant, roles=["member"]) for _ in range(3))
    gone = factories.member(tenant, roles=["member"])
    factories.grant(gone.user, tenant)
    rows = [
        row(same.user, "member"),
        row(other.user, "auditor"),
        row(gone.user, "member", active=False),
    ]
    import_members(facts=by, tenant=tenant, rows=rows)
    for member in (same, other, away, gone):
        member.refresh_from_db()
    assert [m.roles for m in (same, other, away)] == [["member"], ["auditor"], ["member"]]
    assert not gone.active
    assert not Grant.objects.filter(revoked_at=None).exists()
    assert len(events()) == 2, "nothing is written of one who stays the same"


def test_new_admins_are_held_but_for_the_first_one_there_is(
    tenant: Tenant, by: RequestFacts
) -> None:
    first, second, plain = (factories.user() for _ in range(3))
    rows = [row(plain, "member"), row(first, "admin"), row(second, "billing_admin")]
    import_members(facts=by, tenant=tenant, rows=rows)
    assert Hold.objects.get().membership.user == second
    third = factories.user()
    import_members(facts=by, tenant=tenant, rows=[row(third, "admin")])
    assert set(Hold.objects.values_list("membership__user", flat=True)) == {second.pk, third.pk}


@pytest.mark.parametrize("user_id", ["987654", "kim", ""])
def test_a_row_that_is_wrong_is_named_and_nothing_is_written(
    tenant: Tenant, by: RequestFacts, user_id: str
) -> None:
    rows = [row(factories.user()), row(factories.user()), MemberRow(user_id=user_id)]
    with pytest.raises(InvalidRow, match="Row 3: There is no such user") as raised:
        import_members(facts=by, tenant=tenant, rows=rows)
    assert isinstance(raised.value, InvalidInput)
    assert (raised.value.row, raised.value.field) == (3, "rows")
    assert not Membership.objects.exists()
    assert events() == []


def test_nobody_is_named_twice(tenant: Tenant, by: RequestFacts) -> None:
    person = factories.user()
    with pytest.raises(InvalidRow, match="Row 2: An earlier row"):
        import_members(facts=by, tenant=tenant, rows=[row(person, "a"), row(person, "b")])
    assert not Membership.objects.exists()


def test_another_tenant_imports_nobody_here(tenant: Tenant) -> None:
    foreign = factories.facts(factories.user(), factories.tenant())
    with pytest.raises(NotAllowed):
        import_members(facts=foreign, tenant=tenant, rows=[row(factories.user(), "admin")])
    assert not Membership.objects.exists()


@pytest.fixture
def script() -> RequestFacts:
    """What a command knows: no request."""
    return RequestFacts(now=timezone.now())


@pytest.fixture
def new(script: RequestFacts) -> Tenant:
    return create_tenant(facts=script, slug="new", name="New")


def test_who_was_an_admin_before_is_not_held_and_the_event_says_so(
    new: Tenant, script: RequestFacts
) -> None:
    admins = [factories.user() for _ in range(3)]
    rows = [row(each, "admin") for each in admins]
    import_members(facts=script, tenant=new, rows=rows, held=False)
    assert not Hold.objects.exists()
    assert not any(Membership.objects.values_list("held", flat=True))
    assert [(each["held"], each["gained"]) for each in events()] == [(False, ["admin"])] * 3


def test_an_import_without_holds_goes_on_for_a_day_after_its_first_row(
    new: Tenant, script: RequestFacts
) -> None:
    import_members(facts=script, tenant=new, rows=[row(factories.user(), "admin")], held=False)
    later = replace(script, now=script.now + RESUMABLE)
    import_members(facts=later, tenant=new, rows=[row(factories.user(), "admin")], held=False)
    assert not Hold.objects.exists()
    too_late = replace(script, now=script.now + RESUMABLE + timedelta(seconds=1))
    with pytest.raises(InvalidInput, match="only into a new organization") as raised:
        import_members(facts=too_late, tenant=new, rows=[row(factories.user(), "x")], held=False)
    assert raised.value.field == "held"


def test_only_a_tenant_in_which_nothing_has_happened_is_imported_without_holds(
    new: Tenant, script: RequestFacts
) -> None:
    person = str(factories.user().pk)
    assert is_new(new, script.now)
    set_member(facts=script, tenant=new, user_id=person, roles=["member"], active=True)
    assert not is_new(new, script.now)
    rows = [row(factories.user(), "admin")]
    with pytest.raises(InvalidInput, match="only into a new organization"):
        import_members(facts=script, tenant=new, rows=rows, held=False)
    assert Membership.objects.count() == 1


def test_a_tenant_whose_creation_was_not_recorded_is_not_new(
    tenant: Tenant, script: RequestFacts
) -> None:
    with pytest.raises(InvalidInput):
        import_members(facts=script, tenant=tenant, rows=[], held=False)


def test_no_request_imports_without_holds_whoever_makes_it(new: Tenant) -> None:
    rows = [row(factories.user(), "admin")]
    now = timezone.now()
    for asked in (
        factories.facts(factories.staff(), None),
        factories.facts(factories.user(), new),
        RequestFacts(now=now, user_is_staff=True, path="/api/"),
        RequestFacts(now=now, tenant=str(new.pk)),
    ):
        with pytest.raises(NotAllowed):
            import_members(facts=asked, tenant=new, rows=rows, held=False)
    assert not Membership.objects.exists()


def test_the_administrators_get_one_notice_and_each_new_one_a_word_of_their_own(
    tenant: Tenant, by: RequestFacts
) -> None:
    boss = factories.member(tenant, roles=["admin"]).user
    new = [factories.user() for _ in range(3)]
    roles = ["billing_admin", "api_admin", "member"]
    rows = [row(who, role) for who, role in zip(new, roles, strict=True)]
    import_members(facts=by, tenant=tenant, rows=rows)
    told = Notice.objects.values_list("kind", "user_id").order_by("kind", "user_id")
    assert list(told) == [
        ("role_granted", new[0].pk),
        ("role_granted", new[1].pk),
        ("roles_imported", boss.pk),
    ]
    kept = json.loads(Notice.objects.get(kind="roles_imported").context.reveal())["details"]
    assert kept["roles"] == "api_admin, billing_admin"


def test_the_run_is_one_thread_in_the_log(tenant: Tenant, by: RequestFacts) -> None:
    factories.member(tenant, roles=["admin"])
    rows = [row(factories.user(), "admin"), row(factories.user(), "member")]
    import_members(facts=by, tenant=tenant, rows=rows, reason="merger")
    whole = json.loads(Event.objects.get(kind="members.imported").body)["data"]
    assert {each["run"] for each in events()} == {whole["run"]}
    assert (whole["members"], whole["admins"], whole["reason"]) == (2, 1, "merger")


def test_an_import_that_changes_nothing_is_no_event(tenant: Tenant, by: RequestFacts) -> None:
    same = factories.member(tenant, roles=["member"])
    import_members(facts=by, tenant=tenant, rows=[row(same.user, "member")])
    assert not Event.objects.exists()
    assert not Notice.objects.exists()


def test_a_wrong_row_tells_no_one(tenant: Tenant, by: RequestFacts) -> None:
    factories.member(tenant, roles=["admin"])
    rows = [row(factories.user(), "admin"), MemberRow(user_id="987654")]
    with pytest.raises(InvalidRow):
        import_members(facts=by, tenant=tenant, rows=rows)
    assert not Notice.objects.exists()
