"""Holds start, win by length, bind the guard, and are lifted by others only."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.release import hold
from otpguard.grants.evidence import read_member
from otpguard.models import Event, Hold, Membership, Notice
from tests import factories

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def start(
    membership: Membership,
    *,
    hours: float = 1,
    checkpoint: str = "api_key",
    by: RequestFacts | None = None,
) -> Hold:
    by = by or factories.facts(factories.user(), membership.tenant)
    return hold.start(
        facts=by,
        membership=membership,
        checkpoint=checkpoint,
        until=by.now + hours * HOUR,
        reason="a test",
    )


def test_a_hold_is_seen_by_the_guards_own_statement() -> None:
    member = factories.member(factories.tenant())
    made = start(member, checkpoint="*")
    seen = read_member(factories.facts(member.user, member.tenant)).member
    assert seen is not None
    assert seen.held == {"*": made.until}


def test_the_mirror_holds_utc_iso_strings() -> None:
    member = factories.member(factories.tenant())
    made = start(member)
    member.refresh_from_db()
    text = member.held["api_key"]
    assert text.endswith("+00:00")
    assert datetime.fromisoformat(text) == made.until.astimezone(UTC)


def test_the_longest_hold_wins_in_either_order() -> None:
    for hours in ((1, 24), (24, 1)):
        member = factories.member(factories.tenant())
        longest = max((start(member, hours=count) for count in hours), key=lambda row: row.until)
        member.refresh_from_db()
        assert datetime.fromisoformat(member.held["api_key"]) == longest.until


def test_lifting_the_longest_leaves_the_next_one_running() -> None:
    member = factories.member(factories.tenant())
    short, long = start(member, hours=1), start(member, hours=24)
    start(member, hours=2, checkpoint="data_export")
    by = factories.facts(factories.user(), member.tenant)
    assert hold.lift(facts=by, hold=long, reason="mistake")
    member.refresh_from_db()
    assert datetime.fromisoformat(member.held["api_key"]) == short.until
    assert set(member.held) == {"api_key", "data_export"}


def test_a_hold_that_ran_out_leaves_the_mirror_at_the_next_write() -> None:
    member = factories.member(factories.tenant())
    old = start(member, checkpoint="data_export")
    factories.age(old, until=old.created_at - HOUR)
    start(member)
    member.refresh_from_db()
    assert set(member.held) == {"api_key"}


def test_start_and_lift_are_events_of_the_tenant_about_the_person() -> None:
    member = factories.member(factories.tenant())
    by = factories.facts(factories.user(), member.tenant)
    made = start(member, by=by)
    hold.lift(facts=by, hold=made, reason="verified by phone call")
    kinds = ["hold.started", "hold.lifted"]
    rows = list(Event.objects.filter(kind__in=kinds).order_by("id"))
    assert [row.kind for row in rows] == kinds
    assert {row.tenant_id for row in rows} == {member.tenant_id}
    assert {row.subject_ref for row in rows} == {str(member.user_id)}
    assert {row.actor_ref for row in rows} == {by.user}
    assert {row.checkpoint for row in rows} == {"api_key"}
    made.refresh_from_db()
    assert str(made.lifted_by_id) == by.user


def test_nobody_lifts_their_own_hold() -> None:
    member = factories.member(factories.tenant())
    made = start(member)
    with pytest.raises(NotAllowed, match="your own"):
        hold.lift(facts=factories.facts(member.user, member.tenant), hold=made, reason="please")
    made.refresh_from_db()
    assert made.lifted_at is None


def test_nobody_lifts_their_own_hold_by_being_staff() -> None:
    person = factories.staff()
    made = start(factories.member(factories.tenant(), person))
    with pytest.raises(NotAllowed, match="your own"):
        hold.lift(facts=factories.facts(person), hold=made, reason="please")


def test_the_database_too_refuses_a_hold_lifted_by_the_held() -> None:
    made = start(factories.member(factories.tenant()))
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.filter(pk=made.pk).update(lifted_by=made.user_id)


def test_a_hold_is_lifted_by_somebody() -> None:
    made = start(factories.member(factories.tenant()))
    with pytest.raises(NotAllowed):
        hold.lift(facts=factories.facts(), hold=made, reason="a script")


def test_lifting_twice_or_too_late_does_nothing() -> None:
    member = factories.member(factories.tenant())
    by = factories.facts(factories.user(), member.tenant)
    made = start(member)
    assert hold.lift(facts=by, hold=made, reason="once")
    assert not hold.lift(facts=by, hold=made, reason="twice")
    late = start(member)
    factories.age(late, until=by.now - HOUR)
    assert not hold.lift(facts=by, hold=late, reason="late")
    assert Event.objects.filter(kind="hold.lifted").count() == 1


def test_another_tenant_neither_holds_nor_lifts() -> None:
    member = factories.member(factories.tenant())
    made = start(member)
    foreign = factories.facts(factories.user(), factories.tenant())
    with pytest.raises(NotAllowed, match="another organization"):
        start(member, by=foreign)
    with pytest.raises(NotAllowed, match="another organization"):
        hold.lift(facts=foreign, hold=made, reason="x")
    assert Hold.objects.filter(lifted_at=None).count() == 1


def test_a_hold_binds_one_tenants_membership_only() -> None:
    person = factories.user()
    here, there = (
        factories.member(factories.tenant(), person),
        factories.member(factories.tenant(), person),
    )
    start(here, checkpoint="*")
    there.refresh_from_db()
    assert there.held == {}


def test_a_hold_into_the_past_is_refused() -> None:
    with pytest.raises(InvalidInput, match="future"):
        start(factories.member(factories.tenant()), hours=-1)


@pytest.mark.parametrize("checkpoint", ["signup", "login", "password_reset", "factor_change"])
def test_where_people_come_in_or_get_factors_back_there_is_no_hold(checkpoint: str) -> None:
    member = factories.member(factories.tenant())
    with pytest.raises(InvalidInput, match="No hold can cover"):
        start(member, checkpoint=checkpoint)


def test_a_hold_of_what_is_sensitive_is_seen_by_the_guards_own_statement() -> None:
    member = factories.member(factories.tenant())
    made = start(member, checkpoint="*sensitive")
    seen = read_member(factories.facts(member.user, member.tenant)).member
    assert seen is not None
    assert seen.held == {"*sensitive": made.until}


def test_who_waits_and_the_administrators_are_told_with_a_link_to_what_waits() -> None:
    member = factories.member(factories.tenant())
    boss = factories.member(member.tenant, roles=["admin"])
    start(member, by=factories.facts(boss.user, member.tenant, host="acme.test"))
    told = Notice.objects.filter(kind="hold_started")
    assert set(told.values_list("user_id", flat=True)) == {member.user_id, boss.user_id}
    details = json.loads(told[0].context.reveal())["details"]
    assert set(details) == {"by", "from_ip", "person", "checkpoint", "held_until", "link"}
    assert details["link"].endswith("/security/holds/")


def test_a_flow_that_tells_of_the_wait_itself_sends_no_second_notice() -> None:
    member = factories.member(factories.tenant())
    by = factories.facts(factories.user(), member.tenant)
    until = by.now + HOUR
    hold.start(facts=by, membership=member, checkpoint="*", until=until, reason="x", told=True)
    assert not Notice.objects.exists()
