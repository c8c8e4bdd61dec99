"""Keys of ours: shown once, found by a digest, dead after rotation and deletion."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.api_key import KeyAction, KeyFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.key.ledger import record_key_action
from otpguard.flows.key.own_key import (
    change_key_scope,
    create_key,
    delete_key,
    find_key,
    rotate_key,
)
from otpguard.models import KeyRecord, Membership, Tenant
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Membership:
    return factories.member(factories.tenant(), roles=["admin"])


def made(member: Membership, environment: str = "production") -> tuple[KeyRecord, str]:
    facts = factories.facts(member.user, member.tenant)
    return create_key(facts=facts, name="ci", environment=environment, scope="read")


def found(secret: str) -> KeyRecord | None:
    return find_key(secret=secret, now=timezone.now())


def test_a_key_is_found_by_its_secret_and_only_its_digest_is_kept(member: Membership) -> None:
    row, secret = made(member)
    assert found(secret) == row
    stored = KeyRecord.objects.values().get(pk=row.pk)
    assert all(secret not in str(value) for value in stored.values())
    assert secret.startswith(stored["prefix"])
    assert KeyRecord.objects.get(pk=row.pk).used_at is not None


def test_a_key_begins_as_the_setting_says_and_tells_test_from_production(
    member: Membership, settings: Any
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "API_KEYS": {"PREFIX": "acme"}}
    assert made(member)[1].startswith("acme_live_")
    assert made(member, "test")[1].startswith("acme_test_")


def test_in_a_sandbox_every_key_is_a_test_key() -> None:
    sandbox = factories.member(factories.tenant(environment="sandbox"))
    assert made(sandbox)[1].startswith("otpg_test_")


def test_after_a_rotation_the_old_secret_opens_nothing(member: Membership) -> None:
    row, old = made(member)
    facts = factories.facts(member.user, member.tenant)
    new = rotate_key(facts=facts, key=row)
    assert (found(old), found(new)) == (None, row)


def test_a_deleted_key_opens_nothing_and_stays_in_the_ledger(member: Membership) -> None:
    row, secret = made(member)
    facts = factories.facts(member.user, member.tenant)
    delete_key(facts=facts, key=row)
    assert found(secret) is None
    row.refresh_from_db()
    assert row.deleted_at is not None
    for act in (rotate_key, delete_key):
        with pytest.raises(InvalidInput):
            act(facts=facts, key=row)


def test_a_stale_object_does_not_bring_a_deleted_key_back(member: Membership) -> None:
    row, _ = made(member)
    stale = KeyRecord.objects.get(pk=row.pk)
    facts = factories.facts(member.user, member.tenant)
    delete_key(facts=facts, key=row)
    with pytest.raises(InvalidInput):
        rotate_key(facts=facts, key=stale)
    row.refresh_from_db()
    assert (row.rotated_at, row.deleted_at is None) == (None, False)


def test_keys_of_a_suspended_tenant_open_nothing(member: Membership) -> None:
    _, secret = made(member)
    Tenant.objects.filter(pk=member.tenant.pk).update(status="suspended")
    assert found(secret) is None


def test_a_scope_is_changed_with_what_it_was_before(member: Membership) -> None:
    row, secret = made(member)
    facts = factories.facts(member.user, member.tenant)
    change_key_scope(facts=facts, key=row, scope="write")
    changed = found(secret)
    assert changed is not None
    assert changed.scope == "write"


def test_nobody_in_another_tenant_changes_a_key(member: Membership) -> None:
    row, secret = made(member)
    other = factories.member(factories.tenant(), roles=["admin"])
    facts = factories.facts(other.user, other.tenant)
    for act in (rotate_key, delete_key):
        with pytest.raises(NotAllowed):
            act(facts=facts, key=row)
    with pytest.raises(NotAllowed):
        change_key_scope(facts=facts, key=row, scope="write")
    assert found(secret) == row


def test_a_key_of_the_hosts_has_no_secret_of_ours(member: Membership) -> None:
    facts = factories.facts(member.user, member.tenant)
    theirs = record_key_action(
        facts=facts,
        action=KeyAction.CREATE,
        key=KeyFacts(reference="7", name="ci", environment="test"),
    )
    with pytest.raises(InvalidInput):
        rotate_key(facts=facts, key=theirs)


@pytest.mark.parametrize("odd", ["", "x", "otpg_live_" + "0" * 39, "otpg_live_\0"])
def test_what_is_no_key_is_turned_away_without_a_read(
    odd: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert found(odd) is None


@pytest.mark.django_db(transaction=True)
def test_of_rotations_at_once_one_secret_is_left() -> None:
    member = factories.member(factories.tenant())
    row, first = made(member)
    facts = factories.facts(member.user, member.tenant)
    secrets = race(lambda: rotate_key(facts=facts, key=row), threads=4)
    assert sum(found(secret) is not None for secret in [first, *secrets]) == 1


def test_a_key_that_was_read_before_its_scope_was_cut_does_not_bring_it_back(
    member: Membership,
) -> None:
    row, _secret = made(member)
    old = KeyRecord.objects.get(pk=row.pk)
    facts = factories.facts(member.user, member.tenant)
    change_key_scope(facts=facts, key=row, scope="nothing")
    rotate_key(facts=facts, key=old)
    assert KeyRecord.objects.get(pk=row.pk).scope == "nothing"


def test_a_key_that_was_read_before_it_was_deleted_gets_no_new_secret(member: Membership) -> None:
    row, _secret = made(member)
    old = KeyRecord.objects.get(pk=row.pk)
    facts = factories.facts(member.user, member.tenant)
    delete_key(facts=facts, key=row)
    with pytest.raises(InvalidInput, match="deleted"):
        rotate_key(facts=facts, key=old)


def test_a_key_opens_nothing_from_its_end_on(member: Membership) -> None:
    facts = factories.facts(member.user, member.tenant)
    end = timezone.now() + timedelta(hours=1)
    row, secret = create_key(facts=facts, name="ci", environment="test", expires_at=end)
    assert found(secret) == row
    assert find_key(secret=secret, now=end) is None
