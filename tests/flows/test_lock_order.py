"""The locks that come first: many may prove at once, and none while something is taken away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from otpguard.flows.lock_order import lock_person, lock_tenant, share_person_and_tenant
from otpguard.models import Grant, Membership, Tenant
from tests import factories
from tests.pausing import Actor, meet

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer and needs no lock"
)


@pytest.fixture
def member() -> Membership:
    return factories.member(factories.tenant())


def within(*locks: Callable[[], object]) -> Callable[[], None]:
    """An actor who takes these locks in one transaction."""

    def act() -> None:
        with transaction.atomic():
            for lock in locks:
                lock()

    return act


def share(member: Membership, *, tenant: bool = True) -> Callable[[], object]:
    place = str(member.tenant_id) if tenant else ""
    return lambda: share_person_and_tenant(user=str(member.user_id), tenant=place)


def waited(held: Callable[[], None], other: Callable[[], None]) -> bool:
    """Whether the other one had to wait until the first one's transaction was over."""
    meeting = meet(held, other, after=1)
    assert meeting.was_held
    assert meeting.held.error is meeting.other.error is None
    return meeting.other_waited


@on_postgresql
def test_any_number_may_prove_at_the_same_time(member: Membership) -> None:
    assert not waited(within(share(member)), within(share(member)))


@on_postgresql
@pytest.mark.parametrize("tenant", [True, False])
def test_whoever_takes_something_away_waits_for_whoever_proves(
    member: Membership, tenant: bool
) -> None:
    revoke = within(lambda: lock_person(member.user_id))
    assert waited(within(share(member, tenant=tenant)), revoke)
    assert waited(revoke, within(share(member, tenant=tenant)))


@on_postgresql
def test_a_suspension_waits_for_whoever_proves_in_that_tenant_alone(member: Membership) -> None:
    suspend = within(lambda: lock_tenant(member.tenant_id))
    assert waited(within(share(member)), suspend)
    assert not waited(within(share(member, tenant=False)), suspend)
    elsewhere = factories.member(factories.tenant(), member.user)
    assert not waited(within(share(elsewhere)), suspend)


@on_postgresql
def test_a_row_that_names_person_and_tenant_is_written_while_both_are_locked(
    member: Membership,
) -> None:
    revoke = within(lambda: lock_person(member.user_id), lambda: lock_tenant(member.tenant_id))
    actor = Actor(revoke, hold_after=2).start()
    assert actor.stopped.wait(30)
    factories.grant(member.user, member.tenant)
    actor.may_go_on.set()
    assert actor.finish().error is None
    assert Grant.objects.count() == 1


def test_a_tenant_that_is_not_there_cannot_be_locked() -> None:
    gone = factories.tenant()
    key = gone.pk
    gone.delete()
    with pytest.raises(Tenant.DoesNotExist), transaction.atomic():
        lock_tenant(key)
    with transaction.atomic():
        share_person_and_tenant(user="1", tenant=str(key))
