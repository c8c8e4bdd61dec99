"""Ended exports and old billing changes go; what is still needed for anything stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from otpguard.flows.purge.releases import (
    purge_billing,
    purge_exports,
    purgeable_billing,
    purgeable_exports,
)
from otpguard.flows.purge.terms import Counts
from otpguard.models import BillingChange, Event, Release, Tenant
from tests import factories
from tests.flows.purge.rows import DAY, NOW, OLD, TERMS, YOUNG, key
from tests.releasing import asked_by, jobs

__all__ = ["jobs"]

pytestmark = pytest.mark.django_db(transaction=True)


def release(state: str, at: datetime | None, **columns: Any) -> Release:
    """A release that ended then."""
    _, row = asked_by()
    opened = {"opens_at": OLD, "expires_at": OLD} if state == "ready" else {}
    Release.objects.filter(pk=row.pk).update(state=state, ended_at=at, **opened, **columns)
    return row


def billing_change(at: datetime, **columns: Any) -> BillingChange:
    """A change that was made then."""
    return BillingChange.objects.create(
        id=key(at), tenant=factories.tenant(), field="card", at=at, **columns
    )


@pytest.mark.usefixtures("jobs")
def test_every_kind_of_end_is_deleted_in_batches() -> None:
    for state in ("canceled", "expired", "failed"):
        release(state, OLD)
    young = release("expired", YOUNG)
    assert purgeable_exports(TERMS).count() == 3
    gone = [purge_exports(terms=TERMS, most=2, now=NOW) for _ in range(3)]
    assert gone == [Counts(exports=2), Counts(exports=1), Counts()]
    assert Release.objects.get() == young
    assert Event.objects.filter(kind="rows.purged").count() == 2


@pytest.mark.usefixtures("jobs")
@pytest.mark.parametrize("state", ["queued", "running", "ready"])
def test_a_release_that_is_not_over_stays(state: str) -> None:
    row = release(state, None)
    factories.age(row, created_at=OLD)
    assert purge_exports(terms=TERMS, most=10, now=NOW) == Counts()
    assert Release.objects.exists()


@pytest.mark.usefixtures("jobs")
def test_a_row_stays_until_its_file_is_gone() -> None:
    """The sweep deletes the file by it."""
    row = release("expired", OLD, file="otpguard/left")
    assert purge_exports(terms=TERMS, most=10, now=NOW) == Counts()
    Release.objects.filter(pk=row.pk).update(file="")
    assert purge_exports(terms=TERMS, most=10, now=NOW) == Counts(exports=1)


def test_old_billing_changes_go_in_batches_and_young_ones_stay() -> None:
    for _ in range(3):
        billing_change(OLD)
    young = billing_change(YOUNG)
    assert purgeable_billing(TERMS).count() == 3
    gone = [purge_billing(terms=TERMS, most=2, now=NOW) for _ in range(3)]
    assert gone == [Counts(billing_changes=2), Counts(billing_changes=1), Counts()]
    assert BillingChange.objects.get() == young
    assert Tenant.objects.count() == 4


def test_a_change_stays_while_its_lock_runs_and_as_long_after() -> None:
    running = billing_change(OLD, locked_at=OLD, locked_until=NOW + DAY)
    just_over = billing_change(OLD, locked_at=OLD, locked_until=TERMS.rows + timedelta(hours=1))
    billing_change(OLD - DAY, locked_at=OLD - DAY, locked_until=OLD)
    assert purge_billing(terms=TERMS, most=10, now=NOW) == Counts(billing_changes=1)
    assert set(BillingChange.objects.all()) == {running, just_over}
