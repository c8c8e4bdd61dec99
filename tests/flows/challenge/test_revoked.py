"""What a challenge stands on is looked at once more before it begins and before it proves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import transaction
from django.utils import timezone

from otpguard.flows.challenge.revoked import (
    lock_factor,
    nothing_revoked,
    nothing_revoked_params,
    nothing_revoked_sql,
)
from otpguard.models import Challenge, Factor, FactorBlock, LoginSession, Membership, Tenant
from otpguard.statements import fetch
from tests import factories
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


def stands(who: Stopped) -> bool:
    who.start()
    return Challenge.objects.filter(nothing_revoked(who.facts)).exists()


def test_with_session_membership_and_tenant_it_stands(who: Stopped) -> None:
    assert stands(who)


REVOKED: dict[str, Callable[[], int]] = {
    "session": lambda: LoginSession.objects.update(ended_at=timezone.now()),
    "membership": lambda: Membership.objects.update(active=False),
    "tenant": lambda: Tenant.objects.update(status="suspended"),
}


@pytest.mark.parametrize("what", REVOKED)
def test_without_one_of_them_it_does_not(who: Stopped, what: str) -> None:
    who.start()
    REVOKED[what]()
    assert not Challenge.objects.filter(nothing_revoked(who.facts)).exists()


def test_outside_a_tenant_nobody_needs_a_membership(who: Stopped) -> None:
    who.start()
    site = replace(who.facts, tenant="")
    Membership.objects.update(active=False)
    assert Challenge.objects.filter(nothing_revoked(site)).exists()


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("session", ["open", "ended", "unknown"])
@pytest.mark.parametrize("member", ["active", "inactive", "elsewhere", "none"])
@pytest.mark.parametrize("status", ["active", "suspended"])
def test_by_hand_it_says_the_same(
    who: Stopped, inside: bool, session: str, member: str, status: str
) -> None:
    if session == "ended":
        LoginSession.objects.update(ended_at=timezone.now())
    elif session == "unknown":
        LoginSession.objects.all().delete()
    if member == "none":
        Membership.objects.all().delete()
    elif member == "elsewhere":
        Membership.objects.update(tenant=factories.tenant())
    else:
        Membership.objects.update(active=member == "active")
    Tenant.objects.filter(pk=who.facts.tenant).update(status=status)
    # Another one's membership and session say nothing about this one.
    factories.member(who.member.tenant)
    factories.session(factories.user(), ended_at=timezone.now())

    facts = who.facts if inside else replace(who.facts, tenant="")
    sql = f"SELECT 1 WHERE {nothing_revoked_sql(in_tenant=inside)}"
    by_hand = bool(fetch(sql, nothing_revoked_params(facts)))
    assert by_hand is Factor.objects.filter(nothing_revoked(facts)).exists()
    fine = not inside or (member, status) == ("active", "active")
    assert by_hand is (session != "ended" and fine)


def locked(who: Stopped, *, kind: str = "phone") -> Factor | None:
    with transaction.atomic():
        return lock_factor(who.facts, who.factor.pk, kind=kind)


def test_a_usable_factor_is_locked(who: Stopped) -> None:
    assert locked(who) == who.factor


def test_one_that_is_gone_off_blocked_or_somebody_elses_is_not(who: Stopped) -> None:
    FactorBlock.objects.create(tenant=who.member.tenant, factor=who.factor, reason="reset")
    assert locked(who) is None
    FactorBlock.objects.all().delete()
    assert locked(who, kind="totp") is None
    factories.age(who.factor, disabled_at=timezone.now())
    assert locked(who) is None
    factories.age(who.factor, disabled_at=None, user=factories.user())
    assert locked(who) is None
    who.factor.delete()
    who.factor.pk = "00000000-0000-4000-8000-000000000000"
    assert locked(who) is None
