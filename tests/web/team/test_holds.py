"""The page of waiting periods: who waits and until when, and the way to end it early."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from otpguard import vault
from otpguard.core.facts import RequestFacts
from otpguard.flows.closure.ask import ask_closure
from otpguard.flows.release import hold
from otpguard.flows.release.billing_lock import lock_by_link
from otpguard.models import Hold, Membership, Release, Tenant
from tests import factories
from tests.flows.release.billing import change
from tests.host import Host
from tests.stepup import carry_out

pytestmark = pytest.mark.django_db(transaction=True)


def held(member: Membership, reason: str = "a test") -> Hold:
    by = factories.facts(factories.user(), member.tenant)
    until = by.now + timedelta(hours=5)
    return hold.start(
        facts=by, membership=member, checkpoint="data_export", until=until, reason=reason
    )


def test_an_empty_list_says_so(host: Host) -> None:
    assert "Nobody has to wait" in host.client.get("/security/holds/").content.decode()


def test_it_shows_who_waits_for_what_and_counts_down(host: Host) -> None:
    held(factories.member(host.tenant, factories.user("carol")))
    held(factories.member(factories.tenant(), factories.user("dave")))
    page = host.client.get("/security/holds/").content.decode()
    assert "carol" in page
    assert "Export customer data" in page
    assert "data-otpguard-wait=" in page
    assert "dave" not in page, "another organization's"


def test_another_administrator_ends_it_after_a_proof(host: Host) -> None:
    row = held(factories.member(host.tenant))
    stopped = host.client.post(f"/security/holds/{row.pk}/lift/", {"reason": "known in person"})
    assert "/step-up/" in stopped["Location"]
    assert Membership.objects.get(pk=row.membership_id).held
    done = carry_out(host.client, stopped)
    assert done["Location"].endswith("?done=lifted")
    assert not Membership.objects.get(pk=row.membership_id).held


def test_where_two_must_agree_the_page_says_so_and_nothing_ends_yet(
    host: Host, settings: Any
) -> None:
    defaults = {"security_settings.lift_hold": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}
    row = held(factories.member(host.tenant))
    assert "1 more administrator" in host.client.get("/security/holds/").content.decode()
    stopped = host.client.post(f"/security/holds/{row.pk}/lift/", {"reason": "known in person"})
    assert carry_out(host.client, stopped)["Location"].endswith("?done=asked")
    assert Membership.objects.get(pk=row.membership_id).held


def test_the_wait_of_a_new_role_ends_by_two_and_the_page_says_so(host: Host) -> None:
    row = held(factories.member(host.tenant), "new role: admin")
    page = host.client.get("/security/holds/").content.decode()
    assert "Two other administrators, or the operators" in page
    assert "1 more administrator" in page
    stopped = host.client.post(f"/security/holds/{row.pk}/lift/", {"reason": "known in person"})
    assert carry_out(host.client, stopped)["Location"].endswith("?done=asked")
    assert Membership.objects.get(pk=row.membership_id).held


def test_a_hold_of_another_organization_is_unknown_here(host: Host) -> None:
    row = held(factories.member(factories.tenant()))
    answer = host.client.post(f"/security/holds/{row.pk}/lift/", {"reason": "known in person"})
    assert answer.status_code == 404


def export_of(tenant: Tenant) -> Release:
    return Release.objects.create(
        tenant=tenant,
        user=factories.user(),
        job="contacts",
        format="csv",
        checkpoint="data_export",
        event=uuid4(),
        downloads_left=1,
        held_until=timezone.now() + timedelta(minutes=30),
    )


def test_it_lists_what_else_waits_with_who_can_end_it(host: Host) -> None:
    payer = factories.member(host.tenant, roles=["billing_admin"])
    row = change(factories.facts(payer.user, host.tenant))
    token = vault.encrypt_token(vault.BILLING_LOCK, f"{row.pk}:")
    assert lock_by_link(facts=RequestFacts(now=timezone.now()), token=token)
    export = export_of(host.tenant)
    page = host.client.get("/security/holds/").content.decode()
    assert "Two billing admins who were told" in page
    assert "Nobody can end this wait early" in page
    assert f"/security/holds/{row.pk}/lift/" not in page, "administrators were not told of it"
    assert f"/security/holds/{export.pk}/lift/" not in page
    stopped = host.client.post(f"/security/holds/{export.pk}/lift/", {"reason": "in a hurry"})
    assert carry_out(host.client, stopped).status_code == 403


def closing(tenant: Tenant) -> Tenant:
    admin = factories.member(tenant, roles=["admin"])
    return ask_closure(facts=factories.facts(admin.user, tenant, host="testserver"))


def test_an_organization_that_is_to_be_closed_is_listed_and_kept_open(host: Host) -> None:
    closing(host.tenant)
    page = host.client.get("/security/holds/").content.decode()
    assert "The organization is to be closed" in page
    assert f"/security/holds/{host.tenant.pk}/lift/" not in page
    done = host.client.post("/security/holds/keep-open/")
    assert done["Location"].endswith("?done=stays_open")
    host.tenant.refresh_from_db()
    assert host.tenant.closes_at is None
    assert host.client.post("/security/holds/keep-open/")["Location"].endswith("?done=over")


def test_the_closing_of_another_organization_is_not_touched(host: Host) -> None:
    other = closing(factories.tenant())
    assert "is to be closed" not in host.client.get("/security/holds/").content.decode()
    host.client.post("/security/holds/keep-open/")
    other.refresh_from_db()
    assert other.closes_at is not None


def test_a_member_without_the_role_keeps_nothing_open(host: Host) -> None:
    closing(host.tenant)
    Membership.objects.filter(user=host.user).update(roles=["member"])
    assert host.client.post("/security/holds/keep-open/").status_code == 403
    assert host.client.get("/security/holds/keep-open/").status_code in {403, 405}
    host.tenant.refresh_from_db()
    assert host.tenant.closes_at is not None
