"""One press of a button locks sign-ups down; two other operators lift it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard import vault
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.pumping.money.lockdown import (
    LINK_LIFE,
    alarm_of,
    lift_lockdown,
    lock_down,
    lock_down_by_link,
    reopen_channel,
)
from otpguard.models import Event, PaidClosure, SignupLockdown
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def link(alarm: str = "1:1") -> str:
    return vault.encrypt_token(vault.LOCKDOWN, alarm)


def test_a_link_serves_once_however_many_press_it() -> None:
    token, nobody = link(), factories.facts(None, None)
    done = race(lambda: lock_down_by_link(facts=nobody, token=token), threads=5)
    assert sum(row is not None for row in done) == 1
    row = SignupLockdown.objects.get()
    assert row.until == nobody.now + 12 * HOUR
    assert alarm_of(token) is None
    assert alarm_of(link("1:2")) == "1:2", "the next alarm has a link of its own"


def test_what_is_no_link_of_ours_starts_nothing() -> None:
    nobody = factories.facts(None, None)
    for token in ("", "x", vault.encrypt_token(vault.EMAIL, "1:1"), link()[:-12] + 12 * "A"):
        assert lock_down_by_link(facts=nobody, token=token) is None, token
    assert not SignupLockdown.objects.exists()
    assert timedelta(hours=24) == LINK_LIFE


def test_two_others_must_lift_it() -> None:
    starter, first, second = (factories.facts(factories.staff(name)) for name in ("a", "b", "c"))
    row = lock_down(facts=starter, until=starter.now + HOUR, reason="an attack")
    with pytest.raises(NotAllowed):
        lift_lockdown(facts=starter, lockdown=row, reason="mine")
    assert not lift_lockdown(facts=first, lockdown=row, reason="over")
    with pytest.raises(NotAllowed):
        lift_lockdown(facts=first, lockdown=row, reason="again")
    row.refresh_from_db()
    assert row.lifted_at is None
    assert lift_lockdown(facts=second, lockdown=row, reason="over")
    row.refresh_from_db()
    assert row.lifted_at is not None
    with pytest.raises(NotAllowed):
        lift_lockdown(facts=starter, lockdown=row, reason="late")
    assert Event.objects.filter(kind="lockdown.lifted").count() == 2


def test_a_tenant_can_neither_lock_down_nor_lift_nor_open() -> None:
    member = factories.member(factories.tenant(), factories.user())
    inside = factories.facts(member.user, member.tenant)
    row = SignupLockdown.objects.create(until=timezone.now() + HOUR)
    closure = PaidClosure.objects.create(
        scope="channel", key="", lost_micros=1, until=timezone.now() + HOUR
    )
    with pytest.raises(NotAllowed):
        lock_down(facts=inside, until=inside.now + HOUR, reason="x")
    with pytest.raises(NotAllowed):
        lift_lockdown(facts=inside, lockdown=row, reason="x")
    with pytest.raises(NotAllowed):
        reopen_channel(facts=inside, closure=closure, reason="x")


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=14, seconds=1)])
def test_it_ends_within_fourteen_days(ahead: timedelta) -> None:
    facts = factories.facts(factories.staff())
    with pytest.raises(InvalidInput):
        lock_down(facts=facts, until=facts.now + ahead, reason="x")


def test_an_operator_opens_what_was_closed_once() -> None:
    facts = factories.facts(factories.staff())
    closure = PaidClosure.objects.create(
        scope="channel", key="", lost_micros=1, until=timezone.now() + HOUR
    )
    assert reopen_channel(facts=facts, closure=closure, reason="a false alarm")
    assert not reopen_channel(facts=facts, closure=closure, reason="a false alarm")
