"""The page of what waits for an administrator: seen, approved after a step-up, refused."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.flows.factor.reset_request import reset_or_ask
from otpguard.flows.tenant.import_members import MemberRow
from otpguard.flows.tenant.import_request import import_members_or_ask
from otpguard.flows.tenant.member_request import set_member_or_ask
from otpguard.models import Approval, FactorBlock, Membership
from tests import factories
from tests.flows.factor.setting import admin_of, of
from tests.host import Host
from tests.stepup import carry_out
from tests.web.team.colleagues import colleague

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def two_pairs_of_eyes(settings: Any) -> None:
    defaults = {"security_settings.factor_reset": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}


def asked(host: Host, by: Any = None) -> Approval:
    member = factories.member(host.tenant, factories.user("carol"))
    factories.phone_factor(member.user)
    row = reset_or_ask(facts=by or admin_of(host.tenant), **of(member))
    assert isinstance(row, Approval)
    return row


def url(row: Approval, word: str) -> str:
    return f"/security/approvals/{row.pk}/{word}/"


def test_an_empty_list_says_so(host: Host) -> None:
    assert "Nothing waits" in host.client.get("/security/approvals/").content.decode()


def test_it_is_approved_after_a_proof_for_this_decision(host: Host) -> None:
    row = asked(host)
    page = host.client.get("/security/approvals/").content.decode()
    assert "carol" in page
    assert url(row, "approve") in page
    stopped = host.client.post(url(row, "approve"))
    assert "/step-up/" in stopped["Location"]
    assert not FactorBlock.objects.exists()
    done = carry_out(host.client, stopped)
    assert done["Location"].endswith("?done=approved")
    assert FactorBlock.objects.count() == 1


def test_a_refusal_changes_nothing(host: Host) -> None:
    row = asked(host)
    done = carry_out(host.client, host.client.post(url(row, "refuse")))
    assert done["Location"].endswith("?done=refused")
    row.refresh_from_db()
    assert row.state == "refused"
    assert not FactorBlock.objects.exists()


def test_who_asked_sees_it_without_a_button_and_cannot_approve_by_hand(host: Host) -> None:
    row = asked(host, factories.facts(host.user, host.tenant))
    page = host.client.get("/security/approvals/").content.decode()
    assert "Somebody else has to decide this" in page
    assert url(row, "approve") not in page
    refused = carry_out(host.client, host.client.post(url(row, "approve")))
    assert refused.status_code == 403
    assert not FactorBlock.objects.exists()


def test_what_waits_in_another_organization_is_unknown_here(host: Host) -> None:
    other = factories.tenant()
    member = factories.member(other, factories.user("dave"))
    factories.phone_factor(member.user)
    row = reset_or_ask(facts=admin_of(other), **of(member))
    assert isinstance(row, Approval)
    assert "dave" not in host.client.get("/security/approvals/").content.decode()
    assert host.client.post(url(row, "approve")).status_code == 404


def test_a_colleague_sees_the_same_and_decides_once(host: Host) -> None:
    row = asked(host)
    _user, _facts, other = colleague(host)
    carry_out(host.client, host.client.post(url(row, "approve")))
    assert "Nothing waits" in other.get("/security/approvals/").content.decode()
    assert carry_out(other, other.post(url(row, "approve"))).status_code == 403


def test_an_import_is_read_line_by_line_before_it_is_approved(host: Host, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": {"role_grant": {"approvals": 1}}}
    boss, plain = factories.user("erin"), factories.user("frank")
    rows = [MemberRow(user_id=str(plain.pk)), MemberRow(user_id=str(boss.pk), roles=["admin"])]
    row = import_members_or_ask(facts=admin_of(host.tenant), tenant=host.tenant, rows=rows)
    assert isinstance(row, Approval)
    page = host.client.get("/security/approvals/").content.decode()
    assert page.index("erin: admin") < page.index("frank: no roles")
    done = carry_out(host.client, host.client.post(url(row, "approve")))
    assert done["Location"].endswith("?done=approved")
    assert Membership.objects.filter(user__in=[boss, plain]).count() == 2


def test_a_role_that_waits_is_named(host: Host, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": {"role_grant": {"approvals": 1}}}
    values: dict[str, Any] = {"user_id": str(factories.user("erin").pk), "active": True}
    by = admin_of(host.tenant)
    set_member_or_ask(facts=by, tenant=host.tenant, roles=["billing_admin"], **values)
    assert "billing_admin" in host.client.get("/security/approvals/").content.decode()
