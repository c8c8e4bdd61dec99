"""A claim is used once, by its browser, in its tenant, at its checkpoint, within half an hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard.audit.private import data_of
from otpguard.exceptions import ClaimRefused, StoreUnavailable
from otpguard.flows.number.claim import find_claim, use_claim
from otpguard.models import Event, PhoneClaim, Tenant
from otpguard.testing.racing import race
from tests import factories
from tests.flows.number.visitor import NUMBER, visitor
from tests.store_down import read_only_store, store_down

pytestmark = pytest.mark.django_db(transaction=True)

postgres_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")


def now_of(who: Any, **changed: Any) -> Any:
    return replace(who.facts, **{"now": timezone.now(), **changed})


def test_it_gives_the_number_once_and_notes_who_got_it() -> None:
    who, user = visitor(), factories.user()
    claim = who.prove()
    assert use_claim(facts=now_of(who), claim=claim, user=user.pk).e164 == NUMBER
    with pytest.raises(ClaimRefused):
        use_claim(facts=now_of(who), claim=claim)
    claim.refresh_from_db()
    assert claim.used_at is not None
    assert claim.user == user
    event = Event.objects.get(kind="phone_claim.used")
    assert data_of(event) == {"claim": str(claim.pk), "user": str(user.pk)}


def test_the_newest_usable_one_is_found_and_none_once_it_is_used() -> None:
    who = visitor()
    who.prove()
    newest = who.prove("+12015550124")
    found = find_claim(facts=now_of(who), checkpoint="signup")
    assert found == newest
    assert found.number.e164 == "+12015550124"
    assert "5550124" not in f"{found.number!r} {found.number} {found}"
    for _ in range(2):
        use_claim(facts=now_of(who), claim=find_claim(facts=now_of(who), checkpoint="signup"))
    assert find_claim(facts=now_of(who), checkpoint="signup") is None


@pytest.mark.parametrize(
    "changed", [{"browser": ""}, {"browser": "other"}, {"tenant": "elsewhere"}]
)
def test_another_browser_or_tenant_neither_finds_nor_uses_it(changed: dict[str, str]) -> None:
    who = visitor()
    claim = who.prove()
    if "tenant" in changed:
        changed = {"tenant": str(factories.tenant().pk)}
    facts = now_of(who, **changed)
    assert find_claim(facts=facts, checkpoint="signup") is None
    with pytest.raises(ClaimRefused):
        use_claim(facts=facts, claim=claim)
    assert PhoneClaim.objects.get().used_at is None


def test_it_is_for_its_checkpoint_alone() -> None:
    who = visitor()
    who.prove()
    assert find_claim(facts=now_of(who), checkpoint="password_reset") is None


@pytest.mark.parametrize("minutes", [30, -10])
def test_it_lives_half_an_hour_and_not_before_its_time(minutes: int) -> None:
    who = visitor()
    claim = who.prove()
    facts = now_of(who, now=claim.created_at + timedelta(minutes=minutes))
    assert find_claim(facts=facts, checkpoint="signup") is None
    with pytest.raises(ClaimRefused):
        use_claim(facts=facts, claim=claim)


def test_a_suspended_tenant_uses_none() -> None:
    tenant = factories.tenant()
    who = visitor(tenant=tenant)
    claim = who.prove()
    Tenant.objects.filter(pk=tenant.pk).update(status=Tenant.Status.SUSPENDED)
    with pytest.raises(ClaimRefused):
        use_claim(facts=now_of(who), claim=claim)
    Tenant.objects.filter(pk=tenant.pk).update(status=Tenant.Status.ACTIVE)
    assert use_claim(facts=now_of(who), claim=claim).e164 == NUMBER


def test_a_rolled_back_use_leaves_it_usable() -> None:
    who = visitor()
    claim = who.prove()
    with transaction.atomic():
        use_claim(facts=now_of(who), claim=claim)
        transaction.set_rollback(True)
    assert use_claim(facts=now_of(who), claim=claim).e164 == NUMBER


@postgres_only
def test_of_many_uses_at_the_same_moment_one_wins() -> None:
    who = visitor()
    claim = who.prove()

    def use() -> bool:
        try:
            use_claim(facts=now_of(who), claim=claim)
        except ClaimRefused:
            return False
        return True

    assert sum(race(use, threads=8)) == 1
    assert Event.objects.filter(kind="phone_claim.used").count() == 1


@postgres_only
@pytest.mark.parametrize("away", [store_down, read_only_store])
def test_nothing_is_used_without_a_store(away: Any) -> None:
    who = visitor()
    claim = who.prove()
    with away(), pytest.raises(StoreUnavailable):
        use_claim(facts=now_of(who), claim=claim)
    assert PhoneClaim.objects.get().used_at is None


@postgres_only
def test_nothing_is_found_without_a_store() -> None:
    who = visitor()
    who.prove()
    with store_down(), pytest.raises(StoreUnavailable):
        find_claim(facts=now_of(who), checkpoint="signup")
