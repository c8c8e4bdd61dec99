"""Whether Redis may count: said by one row, changed by one that holds the lock alone."""

from __future__ import annotations

import pytest
from django.db import connection

from otpguard.database import transaction
from otpguard.limits.redis_state import State, hold_alone, share, state_now, stop_relying
from otpguard.models import LimiterState
from tests.models.rows import postgres_only


@pytest.mark.django_db
def test_without_a_row_redis_may_not_count() -> None:
    assert state_now() == State()
    with transaction.atomic():
        assert not share().is_warm


@pytest.mark.django_db
def test_one_that_stops_relying_on_redis_stops_all() -> None:
    LimiterState.objects.create(epoch="e", replid="r", is_warm=True)
    with transaction.atomic():
        assert share() == State("e", "r", is_warm=True)
        stop_relying()
    assert state_now() == State("e", "r", is_warm=False)


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_the_lock_is_shared_by_starts_and_held_alone_for_a_change() -> None:
    assert _modes(share) == {"ShareLock"}
    assert _modes(hold_alone) == {"ExclusiveLock"}
    LimiterState.objects.create(epoch="e", replid="r", is_warm=True)

    def change() -> None:
        share()
        stop_relying()

    assert _modes(change) == {"ExclusiveLock"}


def _modes(act: object) -> set[str]:
    assert callable(act)
    with transaction.atomic():
        act()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            )
            return {mode for (mode,) in cursor.fetchall()}
