"""A tenant's admins see and reset their members' factors by the API, and reach no one else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from otpguard.flows.release import hold
from otpguard.models import (
    Event,
    Factor,
    FactorBlock,
    Grant,
    Membership,
)
from tests import factories
from tests.api.asking import done, get, post, seen
from tests.host import Host
from tests.stepup import step_up


@pytest.fixture
def member(host: Host) -> Membership:
    """Another member of the host's tenant, with a phone of their own."""
    member = factories.member(host.tenant)
    factories.phone_factor(member.user, "+12015550177")
    return member


# --- see -----------------------------------------------------------------------------------------


def test_an_admin_sees_a_members_factors_with_numbers_masked(
    host: Host, member: Membership
) -> None:
    token = factories.phone_factor(member.user, tenant=host.tenant)
    own = Factor.objects.get(user=member.user, tenant=None)
    FactorBlock.objects.create(tenant=host.tenant, factor=own, by=host.user, reason="stolen")
    answer = seen(host.client, f"members/{member.user_id}/factors/")
    assert "5550177" not in answer.content.decode()
    document = answer.json()
    assert document["user"] == str(member.user_id)
    personal, provisioned = document["factors"]
    assert (personal["id"], personal["kind"], personal["worth"]) == (str(own.pk), "phone", "AAL2")
    assert personal["number"] == "+1 ••• ••77"
    assert (personal["provisioned"], personal["disabled"]) == (False, False)
    assert personal["blocked"]["reason"] == "stolen"
    assert personal["blocked"]["by"] == str(host.user.pk)
    assert (provisioned["id"], provisioned["provisioned"]) == (str(token.pk), True)
    assert provisioned["blocked"] is None


def test_reading_asks_for_a_step_up_too(host: Host, member: Membership) -> None:
    refused = get(host.client, f"members/{member.user_id}/factors/")
    assert (refused.status_code, refused.json()["code"]) == (401, "step_up_required")
    assert get(host.client, "approvals/").status_code == 401


def test_last_use_is_that_in_this_tenant_only(host: Host, member: Membership) -> None:
    factor = Factor.objects.get(user=member.user)
    now = timezone.now()
    factories.age(factor, last_used_at=now)
    factories.grant(member.user, factories.tenant(), factor_id=factor.pk, verified_at=now)
    path = f"members/{member.user_id}/factors/"
    [listed] = seen(host.client, path).json()["factors"]
    assert listed["last_used_at"] is None
    earlier = now - timedelta(days=3)
    factories.grant(member.user, host.tenant, factor_id=factor.pk, verified_at=earlier)
    [listed] = seen(host.client, path).json()["factors"]
    assert listed["last_used_at"] == earlier.isoformat()


def test_what_another_tenant_provisioned_or_blocked_is_not_seen(
    host: Host, member: Membership
) -> None:
    other = factories.tenant()
    factories.phone_factor(member.user, tenant=other)
    own = Factor.objects.get(user=member.user, tenant=None)
    FactorBlock.objects.create(tenant=other, factor=own, reason="theirs")
    [listed] = seen(host.client, f"members/{member.user_id}/factors/").json()["factors"]
    assert (listed["id"], listed["blocked"]) == (str(own.pk), None)


# --- reset ---------------------------------------------------------------------------------------


def test_a_reset_is_a_step_up_bound_to_it(host: Host, member: Membership) -> None:
    path = f"members/{member.user_id}/reset/"
    step_up(host.client, post(host.client, path, {"reason": "lost"}))
    assert post(host.client, path, {"reason": "another"}).status_code == 401
    another = factories.member(host.tenant)
    assert (
        post(host.client, f"members/{another.user_id}/reset/", {"reason": "lost"}).status_code
        == 401
    )
    assert not FactorBlock.objects.exists()
    answer = post(host.client, path, {"reason": "lost"})
    assert (answer.status_code, answer.json()["blocked"], answer.json()["removed"]) == (200, 1, 0)
    assert answer.json()["held_until"]
    member.refresh_from_db()
    assert set(member.held) == {"*sensitive"}


def test_only_named_factors_are_reset(host: Host, member: Membership) -> None:
    kept = factories.phone_factor(member.user)
    lost = Factor.objects.filter(user=member.user).exclude(pk=kept.pk).get()
    body = {"reason": "lost", "factors": [str(lost.pk)]}
    assert done(host.client, f"members/{member.user_id}/reset/", body).json()["blocked"] == 1
    assert FactorBlock.objects.get().factor == lost


def test_a_repeat_says_that_nothing_was_done(host: Host, member: Membership) -> None:
    path, body = f"members/{member.user_id}/reset/", {"reason": "lost"}
    done(host.client, path, body)
    again = done(host.client, path, body)
    assert again.json() == {"removed": 0, "blocked": 0, "held_until": None}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 121}, "reason"),
        ({"reason": "lost", "factors": []}, "factors"),
        ({"reason": "lost", "factors": "all"}, "factors"),
        ({"reason": "lost", "factors": ["no-id"]}, "factors"),
        (["lost"], "reason"),
    ],
    ids=["nothing", "no reason", "long", "no factor", "a word", "no id", "no object"],
)
def test_bad_input_is_a_problem_at_its_field_before_any_code_is_asked(
    host: Host, member: Membership, body: Any, field: str
) -> None:
    refused = post(host.client, f"members/{member.user_id}/reset/", body)
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert (refused.json()["code"], refused.json()["field"]) == ("invalid_input", field)


def test_a_member_is_reset_by_the_spelling_of_the_database(host: Host, member: Membership) -> None:
    own = f"members/0{host.user.pk}/reset/"
    refused = post(host.client, own, {"reason": "me"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert (
        done(host.client, f"members/0{member.user_id}/reset/", {"reason": "x"}).status_code == 200
    )


# --- nobody else ---------------------------------------------------------------------------------


def paths(user_id: object, factor_id: object) -> list[tuple[str, bool]]:
    """Every URL that names a member, and whether it is posted to."""
    return [
        (f"members/{user_id}/factors/", False),
        (f"members/{user_id}/reset/", True),
        (f"members/{user_id}/factors/{factor_id}/unblock/", True),
    ]


def test_a_member_of_another_tenant_is_the_same_as_nobody(host: Host) -> None:
    foreign = factories.member(factories.tenant())
    factor = factories.phone_factor(foreign.user)
    bodies = set()
    for user_id in (foreign.user_id, 999_999, "nobody", str(uuid4())):
        for path, posts in paths(user_id, factor.pk):
            answer = post(host.client, path, {"reason": "x"}) if posts else get(host.client, path)
            assert answer.status_code == 404
            bodies.add(answer.content)
    for decision in ("approve", "refuse"):
        answer = post(host.client, f"approvals/{uuid4()}/{decision}/")
        assert answer.status_code == 404
        bodies.add(answer.content)
    assert len(bodies) == 1
    assert not FactorBlock.objects.exists()


def test_a_malicious_tenant_changes_nothing_where_the_victim_belongs(host: Host) -> None:
    """A1 at this door: invite, reset, and the victim's own tenant goes on as before."""
    home = factories.member(factories.tenant())
    victim = home.user
    own = factories.phone_factor(victim)
    token = factories.phone_factor(victim, tenant=home.tenant)
    grant = factories.grant(victim, home.tenant)
    factories.member(host.tenant, victim)
    named = {"reason": "x", "factors": [str(own.pk), str(token.pk)]}
    assert done(host.client, f"members/{victim.pk}/reset/", named).json()["blocked"] == 1
    assert Factor.objects.filter(user=victim).count() == 2
    home.refresh_from_db()
    grant.refresh_from_db()
    assert (home.held, grant.revoked_at) == ({}, None)
    theirs = factories.login(Client(headers={"Accept": "text/html"}), victim, home.tenant)
    page = step_up(theirs, theirs.post("/billing/", {"card": "4242"}))
    assert page.status_code == 200
    assert Grant.objects.filter(user=victim, tenant=home.tenant, revoked_at=None).count() == 2


def test_an_admin_does_not_reset_themselves(host: Host) -> None:
    refused = post(host.client, f"members/{host.user.pk}/reset/", {"reason": "me"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    FactorBlock.objects.create(tenant=host.tenant, factor=host.factor, reason="x")
    path = f"members/{host.user.pk}/factors/{host.factor.pk}/unblock/"
    assert post(host.client, path, {"reason": "me"}).status_code == 403
    assert FactorBlock.objects.count() == 1


def test_only_admins_of_this_tenant_may(host: Host, member: Membership) -> None:
    plain = factories.member(host.tenant, roles=["member", "billing_admin"]).user
    gone = factories.member(host.tenant, roles=["admin"], active=False).user
    elsewhere = factories.member(factories.tenant(), roles=["admin"]).user
    for user in (plain, gone, elsewhere, factories.staff()):
        client = factories.login(Client(), user, host.tenant)
        for path, posts in paths(member.user_id, uuid4()):
            answer = post(client, path, {"reason": "x"}) if posts else get(client, path)
            assert answer.status_code == 403, (user, path)
    assert get(Client(), f"members/{member.user_id}/factors/").status_code in {401, 403}


def test_an_admin_who_is_held_neither_sees_nor_resets(host: Host, member: Membership) -> None:
    own = Membership.objects.get(user=host.user)
    by = factories.facts(factories.staff())
    hold.start(
        facts=by,
        membership=own,
        checkpoint="*sensitive",
        until=by.now + timedelta(hours=1),
        reason="new",
    )
    for path, posts in paths(member.user_id, Factor.objects.get(user=member.user).pk):
        answer = post(host.client, path, {"reason": "x"}) if posts else get(host.client, path)
        assert (answer.status_code, answer.json()["code"]) == (403, "checkpoint_held")
    assert get(host.client, "approvals/").status_code == 403


def test_a_member_who_is_held_can_be_reset(host: Host, member: Membership) -> None:
    by = factories.facts(host.user, host.tenant)
    until = by.now + timedelta(days=3)
    hold.start(facts=by, membership=member, checkpoint="*sensitive", until=until, reason="odd")
    assert done(host.client, f"members/{member.user_id}/reset/", {"reason": "x"}).status_code == 200
    member.refresh_from_db()
    assert member.held == {"*sensitive": until.isoformat()}


def test_without_a_store_nothing_is_reset(host: Host, member: Membership) -> None:
    path = f"members/{member.user_id}/reset/"
    step_up(host.client, post(host.client, path, {"reason": "x"}))

    def down(execute: Any, sql: str, *rest: Any) -> Any:
        return execute(sql.replace("CROSS JOIN otpguard_tenant", "CROSS JOIN gone"), *rest)

    with connection.execute_wrapper(down):
        refused = post(host.client, path, {"reason": "x"})
    assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
    assert "Retry-After" in refused


@pytest.mark.django_db(transaction=True)
def test_a_store_that_goes_away_after_the_guard_unwinds_the_reset(
    host: Host, member: Membership
) -> None:
    path = f"members/{member.user_id}/reset/"
    step_up(host.client, post(host.client, path, {"reason": "x"}))

    def down(execute: Any, sql: str, *rest: Any) -> Any:
        return execute(sql.replace('INTO "otpguard_hold"', 'INTO "gone"'), *rest)

    host.client.raise_request_exception = False
    with connection.execute_wrapper(down):
        assert post(host.client, path, {"reason": "x"}).status_code == 500
    assert not FactorBlock.objects.exists()
    assert post(host.client, path, {"reason": "x"}).status_code == 200, "the use came back"


# --- unblock -------------------------------------------------------------------------------------


def test_a_blocked_factor_is_accepted_again(host: Host, member: Membership) -> None:
    factor = Factor.objects.get(user=member.user)
    FactorBlock.objects.create(tenant=host.tenant, factor=factor, reason="stolen")
    path = f"members/{member.user_id}/factors/{factor.pk}/unblock/"
    assert done(host.client, path, {"reason": "found"}).json() == {"unblocked": True}
    assert done(host.client, path, {"reason": "found"}).json() == {"unblocked": False}
    assert Event.objects.filter(kind="factor.unblocked", tenant_id=host.tenant.pk).count() == 1


def test_only_this_tenants_block_is_lifted(host: Host, member: Membership) -> None:
    factor = Factor.objects.get(user=member.user)
    theirs = FactorBlock.objects.create(tenant=factories.tenant(), factor=factor, reason="theirs")
    path = f"members/{member.user_id}/factors/{factor.pk}/unblock/"
    assert done(host.client, path, {"reason": "x"}).json() == {"unblocked": False}
    assert FactorBlock.objects.get() == theirs


def test_unblocking_needs_a_reason_and_a_factor_of_that_member(
    host: Host, member: Membership
) -> None:
    factor = Factor.objects.get(user=member.user)
    path = f"members/{member.user_id}/factors/{factor.pk}/unblock/"
    assert post(host.client, path, {}).json()["field"] == "reason"
    other = f"members/{member.user_id}/factors/{host.factor.pk}/unblock/"
    assert post(host.client, other, {"reason": "x"}).status_code == 404


def test_what_a_member_stopped_is_seen_in_the_place_where_it_counts(
    host: Host, member: Membership
) -> None:
    row = factories.opt_out("+12015550177")
    factories.opt_out("+12015550177", factories.tenant(), channel="whatsapp")
    own = factories.opt_out("+12015550177", host.tenant, channel="voice", source="vendor")
    [listed] = seen(host.client, f"members/{member.user_id}/factors/").json()["factors"]
    assert listed["stopped"] == [
        {"channel": "sms", "since": row.at.isoformat(), "source": "keyword"},
        {"channel": "voice", "since": own.at.isoformat(), "source": "vendor"},
    ]
