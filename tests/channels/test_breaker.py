"""Breakers in rows: shared by all workers, one trial at a time, nothing sent when in doubt."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from otpguard.channels.breaker import Change, RouteKey, admit, count_try, paused_routes, set_by_hand
from otpguard.channels.success_counter import EVERY
from otpguard.core.breaker import (
    FIRST_PAUSE,
    LEAST_TRIES,
    LONGEST_PAUSE,
    LONGEST_TRIAL,
    WINDOW,
    Tried,
)
from otpguard.core.route import PausedRoute
from otpguard.models import RouteHealth
from otpguard.testing.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
US, DE = (RouteKey(provider="a", channel="sms", country=country) for country in ("US", "DE"))
GOOD, BAD, FATAL = Tried(), Tried(failed=True), Tried(failed=True, fatal=True)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def paused(now: datetime) -> None:
    for _ in range(LEAST_TRIES):
        count_try(US, BAD, now=now, reason="timeout")


def test_a_route_that_nobody_has_used_is_in_use(now: datetime) -> None:
    assert admit(US, now)
    assert paused_routes(now) == frozenset()


def test_failures_pause_a_route_to_their_country_alone(now: datetime) -> None:
    paused(now)
    assert not admit(US, now)
    assert admit(DE, now)
    assert paused_routes(now) == {PausedRoute(provider="a", channel="sms", country="US")}
    row = RouteHealth.objects.get(country="US")
    assert (row.state, row.reason, row.pauses) == ("paused", "timeout", 1)


def test_a_fatal_failure_pauses_it_to_every_country_at_once(now: datetime) -> None:
    changed = count_try(US, FATAL, now=now, reason="http 401")
    assert {row.country for row in changed} == {"", "US"}
    assert not admit(DE, now)
    assert PausedRoute(provider="a", channel="sms") in paused_routes(now)


def test_successes_are_counted_and_pause_nothing(now: datetime) -> None:
    for _ in range(LEAST_TRIES):
        assert count_try(US, GOOD, now=now) == []
    assert RouteHealth.objects.get(country="US").tries == 1, "the rest is kept back for a second"
    count_try(US, GOOD, now=now + EVERY)
    row = RouteHealth.objects.get(country="US")
    assert (row.tries, row.failures, row.state) == (LEAST_TRIES + 1, 0, "in_use")


def test_a_failure_brings_the_successes_that_were_kept_back(now: datetime) -> None:
    for _ in range(2 * LEAST_TRIES):
        count_try(US, GOOD, now=now)
    for _ in range(LEAST_TRIES):
        assert count_try(US, BAD, now=now) == [], "a third of the tries is not half of them"
    row = RouteHealth.objects.get(country="US")
    assert (row.tries, row.failures) == (3 * LEAST_TRIES, LEAST_TRIES)


def test_successes_of_another_window_do_not_excuse_todays_failures(now: datetime) -> None:
    for _ in range(10 * LEAST_TRIES):
        count_try(US, GOOD, now=now)
    later = now + 2 * WINDOW
    for _ in range(LEAST_TRIES):
        count_try(US, BAD, now=later)
    assert not admit(US, later)


def test_a_late_success_of_a_message_from_before_resumes_nothing(now: datetime) -> None:
    paused(now)
    later = now + FIRST_PAUSE
    assert admit(US, later)
    assert count_try(US, GOOD, now=later) == []
    assert RouteHealth.objects.get(country="US").state == "on_trial"


def test_of_many_that_ask_for_the_trial_exactly_one_gets_it(now: datetime) -> None:
    paused(now)
    later = now + FIRST_PAUSE
    assert sum(race(lambda: admit(US, later), threads=8)) == 1
    assert not admit(US, later)
    assert paused_routes(later) == {PausedRoute(provider="a", channel="sms", country="US")}


def test_a_lost_trial_is_given_to_one_other(now: datetime) -> None:
    paused(now)
    assert admit(US, now + FIRST_PAUSE)
    lost = now + FIRST_PAUSE + LONGEST_TRIAL
    assert sum(race(lambda: admit(US, lost), threads=4)) == 1


def test_a_good_trial_resumes_the_route_and_a_bad_one_doubles_the_pause(now: datetime) -> None:
    paused(now)
    later = now + FIRST_PAUSE
    assert admit(US, later)
    [row] = count_try(US, BAD, now=later, reason="again")
    assert (row.state, row.paused_until) == ("paused", later + 2 * FIRST_PAUSE)
    last = later + 2 * FIRST_PAUSE
    assert admit(US, last)
    [row] = count_try(US, GOOD, now=last, trial=True)
    assert (row.state, row.pauses, row.reason) == ("in_use", 0, "")
    assert admit(US, last)


def test_a_trial_after_a_fatal_failure_resumes_both_rows(now: datetime) -> None:
    count_try(US, FATAL, now=now, reason="http 401")
    later = now + FIRST_PAUSE
    assert admit(US, later)
    assert {row.country for row in count_try(US, GOOD, now=later, trial=True)} == {"", "US"}
    assert paused_routes(later) == frozenset()


def test_of_many_failures_at_once_none_is_lost(now: datetime) -> None:
    race(lambda: count_try(US, BAD, now=now), threads=8)
    assert RouteHealth.objects.get(country="US").failures == 8


def test_an_operator_pauses_for_ten_minutes_and_resumes_at_once(now: datetime) -> None:
    count_try(US, GOOD, now=now)
    pk = RouteHealth.objects.get(country="US").pk
    row = set_by_hand(pk, to=Change.PAUSED, now=now, reason="odd")
    assert row is not None
    assert row.paused_until == now + LONGEST_PAUSE
    assert set_by_hand(pk, to=Change.PAUSED, now=now, reason="odd") is None
    assert not admit(US, now + LONGEST_PAUSE - timedelta(seconds=1))
    assert set_by_hand(pk, to=Change.RESUMED, now=now, reason="fine") is not None
    assert admit(US, now)
    assert set_by_hand(0, to=Change.RESUMED, now=now, reason="gone") is None


def test_without_its_rows_it_lets_nothing_through(now: datetime) -> None:
    def away(*_: object) -> None:
        raise DatabaseError("away")

    with connection.execute_wrapper(away):
        with pytest.raises(DatabaseError):
            admit(US, now)
        with pytest.raises(DatabaseError):
            paused_routes(now)
