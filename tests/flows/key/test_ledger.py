"""The ledger says who did what to which key, in the transaction of the host's change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from otpguard.core.api_key import KeyAction, KeyFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.key.ledger import record_key_action, record_key_use
from otpguard.models import Event, KeyRecord, Membership
from otpguard.testing import captured_events
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db
KEY = KeyFacts(reference="7", name="ci", environment="production", scope="read", prefix="acme_7")


@pytest.fixture
def member() -> Membership:
    return factories.member(factories.tenant(), roles=["admin"])


def tell(member: Membership, action: KeyAction, **known: object) -> KeyRecord:
    facts = factories.facts(member.user, member.tenant)
    return record_key_action(facts=facts, action=action, key=KEY, **known)


def test_a_new_key_has_who_when_scope_and_the_last_confirmation(member: Membership) -> None:
    at = timezone.now() - timedelta(minutes=2)
    with captured_events() as events:
        row = tell(member, KeyAction.CREATE, stepped_up_at=at)
    row.refresh_from_db()
    assert (row.created_by, row.tenant, row.scope) == (member.user, member.tenant, "read")
    assert row.created_at is not None
    assert row.stepped_up_at == at
    (event,) = events
    assert (event["kind"], event["actor"]) == ("key.created", str(member.user.pk))
    assert event["data"]["key"] == str(row.pk)
    assert event["data"]["stepped_up_at"] == at.isoformat()


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (KeyAction.ROTATE, "key.rotated"),
        (KeyAction.CHANGE_SCOPE, "key.scope_changed"),
        (KeyAction.REVEAL, "key.revealed"),
        (KeyAction.DELETE, "key.deleted"),
    ],
)
def test_each_action_is_an_event_of_its_own(
    member: Membership, action: KeyAction, kind: str
) -> None:
    first = tell(member, KeyAction.CREATE)
    with captured_events() as events:
        row = tell(member, action)
    assert [event["kind"] for event in events] == [kind]
    assert row.pk == first.pk
    assert (row.rotated_at is not None) == (action is KeyAction.ROTATE)
    assert (row.deleted_at is not None) == (action is KeyAction.DELETE)


def test_a_rotation_is_remembered_with_who_did_it_and_ends_the_reminder(
    member: Membership,
) -> None:
    row = tell(member, KeyAction.CREATE)
    factories.age(row, reminded_at=timezone.now())
    row = tell(member, KeyAction.ROTATE)
    assert (row.rotated_by, row.reminded_at) == (member.user, None)


def test_a_key_from_before_the_ledger_is_added_without_a_maker(member: Membership) -> None:
    row = tell(member, KeyAction.ROTATE)
    assert (row.created_at, row.created_by, row.rotated_by) == (None, None, member.user)


def test_the_line_goes_with_the_change_that_is_rolled_back(member: Membership) -> None:
    with transaction.atomic():
        tell(member, KeyAction.CREATE)
        transaction.set_rollback(True)
    assert not KeyRecord.objects.exists()
    assert not Event.objects.filter(kind="key.created").exists()


def test_the_same_reference_in_another_tenant_is_another_key(member: Membership) -> None:
    tell(member, KeyAction.CREATE)
    other = factories.member(factories.tenant())
    tell(other, KeyAction.DELETE)
    assert KeyRecord.objects.get(tenant=member.tenant).deleted_at is None


def test_without_a_tenant_or_a_reference_nothing_is_written(member: Membership) -> None:
    with pytest.raises(NotAllowed):
        record_key_action(facts=factories.facts(member.user), action=KeyAction.CREATE, key=KEY)
    nameless = KeyFacts(reference="", name="ci", environment="test")
    facts = factories.facts(member.user, member.tenant)
    with pytest.raises(InvalidInput):
        record_key_action(facts=facts, action=KeyAction.CREATE, key=nameless)
    assert not KeyRecord.objects.exists()


def test_the_last_use_is_written_once_a_minute(member: Membership) -> None:
    row = tell(member, KeyAction.CREATE)
    now = timezone.now()
    for seconds, expected in ((0, 0), (59, 0), (60, 60)):
        at = now + timedelta(seconds=seconds)
        record_key_use(tenant=str(member.tenant.pk), reference="7", now=at)
        row.refresh_from_db()
        assert row.used_at == now + timedelta(seconds=expected)


@pytest.mark.django_db(transaction=True)
def test_two_who_tell_of_one_key_at_once_make_one_line() -> None:
    member = factories.member(factories.tenant())
    race(lambda: tell(member, KeyAction.ROTATE), threads=4)
    assert KeyRecord.objects.count() == 1
    assert Event.objects.filter(kind="key.rotated").count() == 4


@pytest.mark.parametrize("field", ["reference", "name", "environment", "scope", "prefix"])
def test_what_is_longer_than_its_column_is_refused_by_its_field(
    member: Membership, field: str
) -> None:
    facts = factories.facts(member.user, member.tenant)
    key = replace(KEY, **{field: "x" * 256})
    with pytest.raises(InvalidInput) as refused:
        record_key_action(facts=facts, action=KeyAction.CREATE, key=key)
    assert refused.value.field == field
    assert not KeyRecord.objects.exists()
