"""People are reminded of an old secret once, and of a new one not at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.api_key import KeyAction, KeyFacts
from otpguard.flows.key.ledger import record_key_action
from otpguard.flows.key.reminder import remind_of_rotation
from otpguard.models import KeyRecord, Membership, Notice
from otpguard.testing import captured_events
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Membership:
    return factories.member(factories.tenant(), factories.user("ada"), roles=["admin"])


def key_of(member: Membership, days: int, reference: str = "7") -> KeyRecord:
    """A key whose secret is so many days old."""
    row = record_key_action(
        facts=factories.facts(member.user, member.tenant),
        action=KeyAction.CREATE,
        key=KeyFacts(reference=reference, name="ci", environment="production"),
    )
    factories.age(row, created_at=timezone.now() - timedelta(days=days))
    return row


def told() -> list[str]:
    rows = Notice.objects.filter(kind="keys_due")
    return sorted(row.destination.reveal() for row in rows)


def now() -> datetime:
    return timezone.now()


def test_who_made_it_and_the_administrators_are_told_once_for_all_keys(
    member: Membership,
) -> None:
    bob = factories.member(member.tenant, factories.user("bob"))
    key_of(member, 91)
    key_of(bob, 92, "8")
    with captured_events() as events:
        assert remind_of_rotation(now=now()) == 2
    assert told() == ["ada@example.com", "bob@example.com"]
    (event,) = [each for each in events if each["kind"] == "key.rotation_reminded"]
    assert event["data"] == {"count": 2, "days": 90, "people": 2}
    assert remind_of_rotation(now=now() + timedelta(days=30)) == 0


@pytest.mark.parametrize("change", ["young", "deleted", "rotated", "switched off"])
def test_what_is_not_due_reminds_of_nothing(member: Membership, settings: Any, change: str) -> None:
    row = key_of(member, 89 if change == "young" else 91)
    if change == "deleted":
        factories.age(row, deleted_at=now())
    if change == "rotated":
        factories.age(row, rotated_at=now())
    if change == "switched off":
        settings.OTPGUARD = {**settings.OTPGUARD, "API_KEYS": {"ROTATION_DAYS": 0}}
    assert remind_of_rotation(now=now()) == 0
    assert told() == []


def test_a_rotated_key_is_due_again_when_its_new_secret_is_old(member: Membership) -> None:
    row = key_of(member, 300)
    factories.age(row, rotated_at=now() - timedelta(days=90))
    assert remind_of_rotation(now=now()) == 1


def test_who_has_left_the_tenant_is_not_told(member: Membership) -> None:
    former = factories.member(member.tenant, factories.user("former"))
    key_of(former, 91)
    Membership.objects.filter(pk=former.pk).update(active=False)
    remind_of_rotation(now=now())
    assert told() == ["ada@example.com"]


@pytest.mark.django_db(transaction=True)
def test_of_workers_at_once_one_reminds() -> None:
    member = factories.member(factories.tenant(), factories.user("ada"), roles=["admin"])
    key_of(member, 91)
    at = now()
    assert sorted(race(lambda: remind_of_rotation(now=at), threads=4)) == [0, 0, 0, 1]
    assert told() == ["ada@example.com"]
