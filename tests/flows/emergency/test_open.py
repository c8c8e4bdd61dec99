"""Two people open the envelope, each by a code; one person alone opens nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError

from otpguard.core.checkpoints import SENSITIVE
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.approval import approve
from otpguard.flows.release import hold
from otpguard.models import Approval, EmergencyAccess, EnvelopeCode, Event, Membership, Notice
from otpguard.testing.racing import race
from tests import factories
from tests.flows.emergency.envelopes import prepared
from tests.flows.factor.setting import admin_of
from tests.models.rows import postgres_only
from tests.store_down import read_only_store

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_the_second_persons_code_opens_it_to_both() -> None:
    made = prepared()
    assert made.enter(made.ada).access is None
    access = made.enter(made.bob).access
    assert access is not None
    assert set(access.people) == {made.ada.user, made.bob.user}
    assert (access.checkpoints, access.until) == (["api_key"], made.bob.now + HOUR)
    assert Event.objects.filter(kind="break_glass.entered").count() == 2


def test_one_person_with_two_codes_opens_nothing() -> None:
    made = prepared()
    made.enter(made.ada)
    with pytest.raises(NotAllowed, match="Another administrator must"):
        made.enter(replace(made.ada, sid="another-login"))
    assert not EmergencyAccess.objects.exists()
    assert EnvelopeCode.objects.filter(used_at=None).count() == 7, "the second code was not used"


def test_a_code_serves_once() -> None:
    made = prepared()
    code = made.codes[-1]
    made.enter(made.ada)
    with pytest.raises(NotAllowed, match="not an unused code"):
        made.enter(made.bob, code)


def test_a_wrong_code_is_written_down_and_asks_for_nothing() -> None:
    made = prepared()
    with pytest.raises(NotAllowed, match="not an unused code"):
        made.enter(made.ada, "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF")
    assert Event.objects.filter(kind="break_glass.rejected").count() == 1
    assert not Approval.objects.exists()


def test_a_code_of_another_tenant_serves_nobody_here() -> None:
    made, other = prepared(), prepared()
    with pytest.raises(NotAllowed, match="not an unused code"):
        made.enter(made.ada, other.codes[0])
    with pytest.raises(NotAllowed):
        made.enter(other.ada)


def test_it_cannot_be_approved_by_a_step_up_in_place_of_a_code() -> None:
    made = prepared()
    made.enter(made.ada)
    with pytest.raises(NotAllowed, match="emergency code"):
        approve.approve_action(facts=made.bob, approval_id=Approval.objects.get().pk)
    assert not EmergencyAccess.objects.exists()


def test_the_first_code_counts_for_an_hour() -> None:
    made = prepared()
    made.enter(made.ada)
    late = replace(made.bob, now=made.bob.now + HOUR + timedelta(seconds=1))
    assert made.enter(late).access is None


@pytest.mark.parametrize("hours", [0, 3, 5])
def test_only_a_listed_duration_is_taken(hours: int) -> None:
    made = prepared()
    with pytest.raises(InvalidInput):
        made.enter(made.ada, hours=hours)


def test_every_administrator_and_the_sites_operators_are_told() -> None:
    made = prepared()
    third, operator = admin_of(made.tenant), factories.staff()
    made.open()
    told = set(Notice.objects.filter(kind="break_glass").values_list("user_id", flat=True))
    assert told == {*(int(each.user) for each in (made.ada, made.bob, third)), operator.pk}


def test_a_drill_says_that_it_is_one_and_does_not_join_the_real_thing() -> None:
    made = prepared()
    made.enter(made.ada, drill=True)
    assert made.enter(made.bob, drill=False).access is None
    access = made.enter(made.bob, drill=True).access
    assert access is not None
    assert access.drill
    assert set(Notice.objects.values_list("kind", flat=True)) >= {"break_glass_drill"}
    assert not Notice.objects.filter(kind="break_glass").exists()


@pytest.mark.django_db(transaction=True)
def test_two_codes_at_once_by_two_people_open_it_once() -> None:
    made = prepared()
    people = [made.ada, made.bob]
    found = race(lambda: made.enter(people.pop()).access is not None, threads=2)
    assert sorted(found) == [False, True]
    assert EmergencyAccess.objects.count() == 1


@pytest.mark.parametrize("checkpoint", [SENSITIVE, "break_glass"])
def test_who_has_to_wait_before_sensitive_actions_is_no_second_person(checkpoint: str) -> None:
    made = prepared()
    mine = Membership.objects.get(user=made.bob.user)
    until = made.bob.now + timedelta(hours=24)
    hold.start(facts=made.ada, membership=mine, checkpoint=checkpoint, until=until, reason="new")
    made.enter(made.ada)
    left = len(made.codes)
    with pytest.raises(NotAllowed, match="waiting period"):
        made.enter(made.bob)
    assert EnvelopeCode.objects.filter(used_at=None).count() == left
    made.enter(replace(made.bob, now=until), drill=True)


@pytest.mark.parametrize("reason", ["", " ", "\0", "\u200b", "x" * 121])
def test_a_reason_that_nobody_can_read_or_keep_is_refused(reason: str) -> None:
    made = prepared()
    with pytest.raises(InvalidInput, match="Say why"):
        made.enter(made.ada, reason=reason)
    assert EnvelopeCode.objects.filter(used_at=None).count() == len(made.codes) + 1


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_a_code_is_not_used_up_where_nothing_can_be_written() -> None:
    made = prepared()
    made.enter(made.ada)
    with read_only_store(), pytest.raises(DatabaseError):
        made.enter(made.bob, made.codes[0])
    assert not EmergencyAccess.objects.exists()
    assert made.enter(made.bob).access is not None
