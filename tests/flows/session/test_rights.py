"""Rights that the host's admin gave or took."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from otpguard.core.checkpoints import SENSITIVE
from otpguard.exceptions import NotAllowed
from otpguard.flows.release.held import MEMBER_HOLD
from otpguard.flows.release.lift import lift_or_ask
from otpguard.flows.session.rights import note_rights
from otpguard.grants.evidence import read_member, read_site
from otpguard.models import Event, Grant, Hold, Notice
from tests import factories

pytestmark = pytest.mark.django_db


def note(user: object, *, gained: Sequence[str] = (), lost: Sequence[str] = ()) -> int:
    facts = factories.facts(factories.staff())
    users = [str(user)]
    return note_rights(facts=facts, users=users, gained=gained, lost=lost, target="kim")


def test_who_gained_rights_and_the_operators_are_told() -> None:
    boss, kim = factories.staff(), factories.user()
    grant = factories.grant(kim)
    assert note(kim.pk, gained=["is_staff"]) == 0
    told = set(Notice.objects.values_list("user_id", flat=True))
    assert {boss.pk, kim.pk} <= told
    grant.refresh_from_db()
    assert grant.revoked_at is None
    data = json.loads(Event.objects.get(kind="rights.changed").body)["data"]
    assert (data["gained"], data["people"]) == (["is_staff"], 1)


def test_who_lost_rights_has_proven_nothing_any_more() -> None:
    kim, other = factories.user(), factories.user()
    factories.grant(kim), factories.grant(kim, factories.tenant())
    kept = factories.grant(other)
    assert note(kim.pk, lost=["groups: support"]) == 2
    assert not Grant.objects.filter(user=kim, revoked_at=None).exists()
    kept.refresh_from_db()
    assert kept.revoked_at is None
    assert not Notice.objects.exists()


def boss_and(name: str) -> Any:
    factories.user("root", is_staff=True, is_superuser=True)
    return factories.user(name, is_staff=True)


@pytest.mark.parametrize(
    "right", ["is_staff", "is_superuser", "groups: support", "user_permissions: view"]
)
def test_who_gains_a_right_waits_in_every_tenant_and_outside(right: str) -> None:
    kim = boss_and("kim")
    member = factories.member(factories.tenant(), kim)
    note(kim.pk, gained=[right])
    inside = read_member(factories.facts(kim, member.tenant)).member
    outside = read_site(factories.facts(kim)).member
    assert inside is not None
    assert outside is not None
    assert set(inside.held) == set(outside.held) == {SENSITIVE}
    details = json.loads(Notice.objects.filter(user=kim).get().context.reveal())["details"]
    assert "held_until" in details


def test_a_right_that_is_no_more_than_before_starts_no_wait() -> None:
    kim = boss_and("kim")
    note(kim.pk, gained=["is_active"])
    root = factories.user("rooot", is_staff=True, is_superuser=True)
    note(root.pk, gained=["groups: support"])
    assert not Hold.objects.exists()


def test_the_first_operator_does_not_wait() -> None:
    only = factories.user("only", is_staff=True, is_superuser=True)
    note_rights(
        facts=factories.facts(only), users=[str(only.pk)], gained=["is_staff"], lost=[], target="me"
    )
    assert not Hold.objects.exists()


def test_the_members_of_a_group_are_told_of_and_not_held() -> None:
    kim = boss_and("kim")
    facts = factories.facts(factories.staff())
    users = [str(kim.pk), str(factories.user().pk)]
    note_rights(facts=facts, users=users, gained=["permissions: x"], lost=[], target="support")
    assert not Hold.objects.exists()
    assert Notice.objects.filter(kind="rights_granted").exists()


def test_another_operator_ends_the_wait_outside_and_nobody_their_own() -> None:
    kim = boss_and("kim")
    note(kim.pk, gained=["is_superuser"])
    held = Hold.objects.get(tenant=None)
    tenant = factories.tenant()
    boss = factories.member(tenant, roles=["admin"]).user
    for by in (factories.facts(kim), factories.facts(boss, tenant)):
        with pytest.raises(NotAllowed):
            lift_or_ask(facts=by, kind=MEMBER_HOLD, held_id=str(held.pk), reason="known")
    other = factories.facts(factories.staff())
    assert lift_or_ask(facts=other, kind=MEMBER_HOLD, held_id=str(held.pk), reason="known") is True
    found = read_site(factories.facts(kim)).member
    assert found is not None
    assert dict(found.held) == {}
