"""Each vendor has a budget a day and a breaker; every worker sees the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from otpguard.core.breaker import FIRST_PAUSE, LEAST_TRIES, LONGEST_TRIAL
from otpguard.intel.vendor_state import may_ask, note_result
from otpguard.models import VendorState
from otpguard.testing.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def ask(at: datetime = NOW, *, per_day: int = 1_000, name: str = "a") -> bool:
    return may_ask(name, per_day=per_day, now=at)


def test_the_budget_is_for_a_day_and_for_one_vendor() -> None:
    assert [ask(per_day=2) for _ in range(3)] == [True, True, False]
    assert ask(per_day=2, name="b")
    assert ask(NOW + timedelta(hours=12), per_day=2)


def test_without_a_budget_nothing_is_asked() -> None:
    assert not ask(per_day=0)


def test_many_workers_do_not_exceed_it() -> None:
    ask(per_day=0)
    assert race(lambda: ask(per_day=5), threads=12).count(True) == 5
    assert VendorState.objects.get().asked == 5


def test_refused_credentials_pause_it_at_once() -> None:
    ask()
    note_result("a", failed=True, fatal=True, now=NOW)
    assert not ask(NOW + FIRST_PAUSE - SECOND)


def test_failures_pause_it_and_one_trial_decides() -> None:
    for _ in range(LEAST_TRIES):
        assert ask()
        note_result("a", failed=True, fatal=False, now=NOW)
    assert not ask()
    later = NOW + FIRST_PAUSE
    assert [ask(later), ask(later)] == [True, False]
    note_result("a", failed=False, fatal=False, now=later)
    assert ask(later)


def test_a_trial_without_a_result_does_not_pause_it_for_ever() -> None:
    note_result("a", failed=True, fatal=True, now=NOW)
    later = NOW + FIRST_PAUSE
    assert ask(later)
    assert not ask(later + LONGEST_TRIAL - SECOND)
    assert ask(later + LONGEST_TRIAL)


def test_good_answers_keep_it_in_use() -> None:
    for count in range(2 * LEAST_TRIES):
        note_result("a", failed=count % 3 == 0, fatal=False, now=NOW)
    assert ask()
