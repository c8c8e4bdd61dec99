"""An import with an administrator is one request for the word of others, and is done as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.approval import approve
from otpguard.flows.approval.approve import ACTIONS
from otpguard.flows.tenant import import_request
from otpguard.flows.tenant.import_members import MemberRow, import_members
from otpguard.flows.tenant.import_request import import_members_or_ask
from otpguard.flows.tenant.policy import ApprovalMissing
from otpguard.flows.tenant.provision import set_member
from otpguard.models import Approval, Event, Hold, Membership, Notice, Tenant
from tests import factories
from tests.flows.factor.setting import admin_of
from tests.models.rows import postgres_only
from tests.store_down import read_only_store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def by_two(settings: Any) -> None:
    needed(settings, 1)


def needed(settings: Any, count: int) -> None:
    defaults = {"role_grant": {"approvals": count}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


@pytest.fixture
def by(tenant: Tenant) -> RequestFacts:
    return admin_of(tenant)


def row(user: Any, *roles: str, active: bool = True) -> MemberRow:
    return MemberRow(user_id=str(user.pk), roles=roles, active=active)


def ask(by: RequestFacts, tenant: Tenant, *rows: MemberRow) -> Approval:
    asked = import_members_or_ask(facts=by, tenant=tenant, rows=rows, reason="merger")
    assert isinstance(asked, Approval)
    return asked


def members(tenant: Tenant) -> int:
    return Membership.objects.filter(tenant=tenant).count()


def test_an_import_without_admin_roles_is_done_at_once(tenant: Tenant, by: RequestFacts) -> None:
    rows = [row(factories.user(), "member"), row(factories.user())]
    made = import_members_or_ask(facts=by, tenant=tenant, rows=rows)
    assert isinstance(made, list)
    assert len(made) == 2


def test_one_administrator_in_the_list_makes_all_of_it_wait(
    tenant: Tenant, by: RequestFacts
) -> None:
    plain, boss = factories.user(), factories.user()
    before = members(tenant)
    asked = ask(by, tenant, row(plain, "member"), row(boss, "admin"))
    assert members(tenant) == before, "not even the member without rights"
    assert not Event.objects.filter(kind__in=["membership.imported", "members.imported"]).exists()
    assert not Notice.objects.filter(kind__in=["role_granted", "roles_imported"]).exists()
    done = approve.approve_action(facts=admin_of(tenant), approval_id=asked.pk)
    assert {str(m.user_id): m.roles for m in done} == {
        str(plain.pk): ["member"],
        str(boss.pk): ["admin"],
    }
    assert Hold.objects.get().user == boss, "an approval shortens no wait"
    assert Event.objects.filter(kind="members.imported").count() == 1


def test_the_same_list_twice_is_one_request(tenant: Tenant, by: RequestFacts) -> None:
    boss = factories.user()
    first = ask(by, tenant, row(boss, "billing_admin", "admin"))
    assert ask(by, tenant, row(boss, "admin", "billing_admin")).pk == first.pk


def test_where_two_must_agree_one_is_not_enough(
    tenant: Tenant, by: RequestFacts, settings: Any
) -> None:
    needed(settings, 2)
    boss = factories.user()
    asked, one = ask(by, tenant, row(boss, "admin")), admin_of(tenant)
    assert isinstance(approve.approve_action(facts=one, approval_id=asked.pk), Approval)
    with pytest.raises(NotAllowed):
        approve.approve_action(facts=one, approval_id=asked.pk)
    assert not Membership.objects.filter(user=boss).exists()
    assert approve.approve_action(facts=admin_of(tenant), approval_id=asked.pk)
    assert Membership.objects.filter(user=boss).exists()


def test_neither_who_asked_nor_who_would_rise_decides(tenant: Tenant, by: RequestFacts) -> None:
    riser = factories.member(tenant, roles=["billing_admin"])
    operator = factories.staff()
    asked = ask(by, tenant, row(riser.user, "admin"), row(operator, "admin"))
    for who in (by, factories.facts(riser.user, tenant), factories.facts(operator)):
        with pytest.raises(NotAllowed, match="Another administrator must"):
            approve.approve_action(facts=who, approval_id=asked.pk)
    riser.refresh_from_db()
    assert riser.roles == ["billing_admin"]


def test_who_would_rise_is_not_asked_to_decide(tenant: Tenant, by: RequestFacts) -> None:
    riser, other = (factories.member(tenant, roles=["admin"]) for _ in range(2))
    ask(by, tenant, row(riser.user, "admin", "billing_admin"))
    told = Notice.objects.filter(kind="approval_to_decide").values_list("user_id", flat=True)
    assert list(told) == [other.user_id]


def test_a_refusal_writes_nothing_of_it(tenant: Tenant, by: RequestFacts) -> None:
    asked = ask(by, tenant, row(factories.user(), "member"), row(factories.user(), "admin"))
    other = admin_of(tenant)
    before = members(tenant)
    approve.refuse_action(facts=other, approval_id=asked.pk)
    with pytest.raises(NotAllowed):
        approve.approve_action(facts=other, approval_id=asked.pk)
    assert members(tenant) == before


def test_when_somebody_of_the_list_is_gone_nobody_is_imported(
    tenant: Tenant, by: RequestFacts
) -> None:
    boss, gone = factories.user(), factories.user()
    asked, other = ask(by, tenant, row(boss, "admin"), row(gone, "member")), admin_of(tenant)
    gone.delete()
    with pytest.raises(NotAllowed, match="Row 2"):
        approve.approve_action(facts=other, approval_id=asked.pk)
    assert not Membership.objects.filter(user=boss).exists()
    asked.refresh_from_db()
    assert asked.state == Approval.State.OPEN


def test_when_who_asked_has_lost_the_role_nothing_is_done(tenant: Tenant, by: RequestFacts) -> None:
    boss, other = factories.user(), admin_of(tenant)
    asked = ask(by, tenant, row(boss, "admin"))
    set_member(facts=other, tenant=tenant, user_id=by.user, roles=["member"], active=True)
    with pytest.raises(NotAllowed, match="may not ask"):
        approve.approve_action(facts=other, approval_id=asked.pk)
    assert not Membership.objects.filter(user=boss).exists()


def test_no_way_leads_round_it_but_a_script(tenant: Tenant, by: RequestFacts) -> None:
    boss = factories.user()
    with pytest.raises(ApprovalMissing):
        import_members(facts=by, tenant=tenant, rows=[row(boss, "admin")])
    assert not Membership.objects.filter(user=boss).exists()
    script = RequestFacts(now=timezone.now())
    assert import_members_or_ask(facts=script, tenant=tenant, rows=[row(boss, "admin")])
    assert Membership.objects.filter(user=boss).exists()


def test_more_than_anybody_can_read_is_refused_and_not_cut(
    tenant: Tenant, by: RequestFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_request, "MOST", 1)
    rows = [row(factories.user(), "admin"), row(factories.user(), "admin")]
    with pytest.raises(InvalidInput, match="at most 1") as raised:
        import_members_or_ask(facts=by, tenant=tenant, rows=rows)
    assert raised.value.field == "rows"
    assert not Approval.objects.exists()


def test_those_who_decide_read_each_line_administrators_first(
    tenant: Tenant, by: RequestFacts
) -> None:
    rows = [
        row(factories.user("ann"), "member"),
        row(factories.user("bob"), "admin"),
        row(factories.user("cid"), active=False),
        row(factories.user("dan")),
    ]
    asked = ask(by, tenant, *rows)
    said = [str(each) for each in ACTIONS.get(asked.action).details(asked)]
    assert said == ["bob: admin", "ann: member", "cid: inactive", "dan: no roles"]


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_where_nothing_can_be_written_nobody_is_imported() -> None:
    tenant = factories.tenant()
    asked, other = ask(admin_of(tenant), tenant, row(factories.user(), "admin")), admin_of(tenant)
    before = members(tenant)
    with read_only_store(), pytest.raises(DatabaseError):
        approve.approve_action(facts=other, approval_id=asked.pk)
    assert members(tenant) == before
    asked.refresh_from_db()
    assert asked.state == Approval.State.OPEN
