"""The factors that count in a tenant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction
from django.utils import timezone

from otpguard.core import shipped_kinds
from otpguard.core.decision import EnrolledFactor
from otpguard.exceptions import StoreUnavailable
from otpguard.factors.enrolled import (
    changes_own,
    enabled,
    live_factors,
    select_live,
    selected,
    switched_off,
    usable,
)
from otpguard.models import Factor, FactorBlock, Tenant
from tests import factories
from tests.authenticator import Authenticator
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> AbstractUser:
    return factories.user()


def ids(user: AbstractUser, tenant: Tenant | None = None) -> set[str]:
    where = str(tenant.pk) if tenant else ""
    found = live_factors(user=str(user.pk), tenant=where)
    if connection.vendor == "postgresql":
        assert beside(user, where) == found, "both ways to read them agree"
    return {each.id for each in found}


def beside(user: AbstractUser, tenant: str) -> list[EnrolledFactor]:
    """The same, read as a column of another statement."""
    column, values = select_live(user=str(user.pk), tenant=tenant)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}", values)
        return selected(cursor.fetchone()[0])


def key(factor: Factor) -> str:
    return str(factor.pk)


def test_a_persons_own_factor_counts_everywhere(user: AbstractUser) -> None:
    mine = factories.phone_factor(user)
    assert ids(user) == ids(user, factories.tenant()) == {key(mine)}


def test_what_a_tenant_provisioned_counts_there_only(user: AbstractUser) -> None:
    one, other = factories.tenant(), factories.tenant()
    mine = factories.phone_factor(user)
    theirs = factories.phone_factor(user, tenant=one)
    assert ids(user, one) == {key(mine), key(theirs)}
    assert ids(user, other) == ids(user) == {key(mine)}


def test_an_unconfirmed_or_disabled_factor_or_another_persons_does_not_count(
    user: AbstractUser,
) -> None:
    waiting = factories.phone_factor(user, confirmed=False)
    disabled = factories.phone_factor(user)
    factories.age(disabled, disabled_at=timezone.now())
    factories.phone_factor(factories.user())
    assert ids(user) == set()
    Factor.objects.filter(pk=waiting.pk).update(confirmed=True)
    assert ids(user) == {key(waiting)}


def test_the_oldest_comes_first_with_all_that_a_decision_asks(
    user: AbstractUser, django_assert_num_queries: Callable[[int], Any]
) -> None:
    from_when = timezone.now() + timedelta(hours=1)
    newer = factories.phone_factor(user)
    factories.age(newer, usable_from=from_when)
    older = Factor.objects.create(
        user=user,
        kind="passkey",
        confirmed=True,
        attested=True,
        backup_eligible=False,
        hardware=True,
        created_at=newer.created_at - timedelta(days=1),
    )
    with django_assert_num_queries(1):
        first, second = live_factors(user=str(user.pk), tenant="")
    assert (first.id, first.kind, first.attested) == (key(older), shipped_kinds.PASSKEY, True)
    assert (first.backup_eligible, first.hardware, first.usable_from) == (False, True, None)
    assert (second.id, second.kind, second.usable_from) == (
        key(newer),
        shipped_kinds.PHONE,
        from_when,
    )


@postgres_only
def test_a_passkey_and_a_factor_that_waits_are_the_same_beside_another_statement(
    user: AbstractUser,
) -> None:
    key_, waiting = (
        factories.passkey_factor(user, Authenticator(origin="https://acme.example")),
        factories.totp_factor(user),
    )
    later = timezone.now() + timedelta(hours=1, microseconds=7)
    Factor.objects.filter(pk=waiting.pk).update(usable_from=later, hardware=True)
    found = beside(user, "")
    assert found == live_factors(user=str(user.pk), tenant="")
    assert [each.id for each in found] == [key(key_), key(waiting)]
    assert found[1].usable_from == later


@pytest.mark.parametrize(
    ("kept", "counted"),
    [((None, None), (False, True)), ((True, False), (True, False)), ((True, None), (True, True))],
)
def test_a_flag_of_a_passkey_that_is_not_known_counts_as_the_weaker(
    user: AbstractUser, kept: tuple[bool | None, bool | None], counted: tuple[bool, bool]
) -> None:
    row = factories.passkey_factor(user, Authenticator(origin="https://acme.example"))
    verified, eligible = kept
    Factor.objects.filter(pk=row.pk).update(user_verified=verified, backup_eligible=eligible)
    (found,) = live_factors(user=str(user.pk), tenant="")
    assert (found.user_verified, found.backup_eligible) == counted


def test_the_same_rows_can_be_asked_for_as_a_query(user: AbstractUser) -> None:
    mine = factories.phone_factor(user)
    factories.phone_factor(user, tenant=factories.tenant())
    assert list(usable(user=str(user.pk), tenant="")) == [mine]


def test_a_store_that_does_not_answer_is_told_from_nothing_enrolled(user: AbstractUser) -> None:
    assert ids(user) == set()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE otpguard_factor RENAME TO otpguard_factor_away")
        with pytest.raises(StoreUnavailable), transaction.atomic():
            ids(user)
        transaction.set_rollback(True)


def test_what_changes_factors_is_ones_own_wherever_there_is_one(user: AbstractUser) -> None:
    here = factories.tenant()
    mine, given = factories.phone_factor(user), factories.phone_factor(user, tenant=here)

    def changing(tenant: Tenant) -> set[str]:
        found = live_factors(user=str(user.pk), tenant=str(tenant.pk), to_change=True)
        return {each.id for each in found}

    assert changing(here) == {key(mine)}
    FactorBlock.objects.create(tenant=here, factor=mine, reason="reset")
    assert changing(here) == {key(given)}
    assert changing(factories.tenant()) == {key(mine)}


def test_what_is_enrolled_is_ones_own_unless_a_tenants_word_alone_let_it_in(
    user: AbstractUser,
) -> None:
    here, there = factories.tenant(), factories.tenant()

    def own(tenant: Tenant | None) -> bool:
        return changes_own(user=str(user.pk), tenant=str(tenant.pk) if tenant else "")

    assert own(here)
    given = factories.phone_factor(user, tenant=there)
    assert (own(here), own(there), own(None)) == (False, False, False)
    mine = factories.phone_factor(user)
    assert (own(here), own(there), own(None)) == (True, True, True)
    FactorBlock.objects.create(tenant=here, factor=mine, reason="reset")
    assert (own(here), own(there), own(None)) == (False, True, True)
    Factor.objects.filter(pk__in=[mine.pk, given.pk]).update(disabled_at=timezone.now())
    assert own(here)


def test_a_kind_that_is_not_installed_counts_like_one_that_was_switched_off(
    user: AbstractUser,
) -> None:
    gone = Factor.objects.create(user=user, kind="pigeon", confirmed=True)
    assert ids(user) == set()
    assert list(switched_off()) == [gone]
    assert changes_own(user=str(user.pk), tenant="")
    off = factories.phone_factor(user)
    factories.age(off, disabled_at=timezone.now())
    on = factories.totp_factor(user)
    factories.phone_factor(user, confirmed=False)
    assert set(switched_off()) == {gone, off}
    assert set(enabled()) == {on}
