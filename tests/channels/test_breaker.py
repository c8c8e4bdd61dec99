"""Breakers in rows: shared by all workers, one trial at a time, and closed when in doubt."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from otpguard.channels.breaker import Change, Spot, admit, note, resting, set_by_hand
from otpguard.channels.tally import EVERY
from otpguard.core.breaker import FIRST_REST, LEAST_TRIES, LONGEST_REST, TRIAL, WINDOW, Tried
from otpguard.core.route import Resting
from otpguard.models import RouteHealth
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
US, DE = (Spot(provider="a", channel="sms", country=country) for country in ("US", "DE"))
GOOD, BAD, FATAL = Tried(), Tried(failed=True), Tried(failed=True, fatal=True)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def opened(now: datetime) -> None:
    for _ in range(LEAST_TRIES):
        note(US, BAD, now=now, reason="timeout")


def test_a_route_that_nobody_has_used_is_open_to_all(now: datetime) -> None:
    assert admit(US, now)
    assert resting(now) == frozenset()


def test_failures_close_a_route_to_their_country_alone(now: datetime) -> None:
    opened(now)
    assert not admit(US, now)
    assert admit(DE, now)
    assert resting(now) == {Resting(provider="a", channel="sms", country="US")}
    row = RouteHealth.objects.get(country="US")
    assert (row.state, row.reason, row.openings) == ("open", "timeout", 1)


def test_a_fatal_failure_closes_it_to_every_country_at_once(now: datetime) -> None:
    changed = note(US, FATAL, now=now, reason="http 401")
    assert {row.country for row in changed} == {"", "US"}
    assert not admit(DE, now)
    assert Resting(provider="a", channel="sms") in resting(now)


def test_successes_are_counted_and_make_nothing_rest(now: datetime) -> None:
    for _ in range(LEAST_TRIES):
        assert note(US, GOOD, now=now) == []
    assert RouteHealth.objects.get(country="US").tries == 1, "the rest is kept back for a second"
    note(US, GOOD, now=now + EVERY)
    row = RouteHealth.objects.get(country="US")
    assert (row.tries, row.failures, row.state) == (LEAST_TRIES + 1, 0, "closed")


def test_a_failure_brings_the_successes_that_were_kept_back(now: datetime) -> None:
    for _ in range(2 * LEAST_TRIES):
        note(US, GOOD, now=now)
    for _ in range(LEAST_TRIES):
        assert note(US, BAD, now=now) == [], "a third of the tries is not half of them"
    row = RouteHealth.objects.get(country="US")
    assert (row.tries, row.failures) == (3 * LEAST_TRIES, LEAST_TRIES)


def test_successes_of_another_window_do_not_excuse_todays_failures(now: datetime) -> None:
    for _ in range(10 * LEAST_TRIES):
        note(US, GOOD, now=now)
    later = now + 2 * WINDOW
    for _ in range(LEAST_TRIES):
        note(US, BAD, now=later)
    assert not admit(US, later)


def test_a_late_success_of_a_message_from_before_closes_nothing(now: datetime) -> None:
    opened(now)
    later = now + FIRST_REST
    assert admit(US, later)
    assert note(US, GOOD, now=later) == []
    assert RouteHealth.objects.get(country="US").state == "half_open"


def test_of_many_that_ask_for_the_trial_exactly_one_gets_it(now: datetime) -> None:
    opened(now)
    later = now + FIRST_REST
    assert sum(race(lambda: admit(US, later), threads=8)) == 1
    assert not admit(US, later)
    assert resting(later) == {Resting(provider="a", channel="sms", country="US")}


def test_a_lost_trial_is_given_to_one_other(now: datetime) -> None:
    opened(now)
    assert admit(US, now + FIRST_REST)
    lost = now + FIRST_REST + TRIAL
    assert sum(race(lambda: admit(US, lost), threads=4)) == 1


def test_a_good_trial_closes_the_breaker_and_a_bad_one_doubles_the_rest(now: datetime) -> None:
    opened(now)
    later = now + FIRST_REST
    assert admit(US, later)
    [row] = note(US, BAD, now=later, reason="again")
    assert (row.state, row.open_until) == ("open", later + 2 * FIRST_REST)
    last = later + 2 * FIRST_REST
    assert admit(US, last)
    [row] = note(US, GOOD, now=last, trial=True)
    assert (row.state, row.openings, row.reason) == ("closed", 0, "")
    assert admit(US, last)


def test_a_trial_after_a_fatal_failure_closes_both_rows(now: datetime) -> None:
    note(US, FATAL, now=now, reason="http 401")
    later = now + FIRST_REST
    assert admit(US, later)
    assert {row.country for row in note(US, GOOD, now=later, trial=True)} == {"", "US"}
    assert resting(later) == frozenset()


def test_of_many_failures_at_once_none_is_lost(now: datetime) -> None:
    race(lambda: note(US, BAD, now=now), threads=8)
    assert RouteHealth.objects.get(country="US").failures == 8


def test_an_operator_opens_for_ten_minutes_and_closes_at_once(now: datetime) -> None:
    note(US, GOOD, now=now)
    pk = RouteHealth.objects.get(country="US").pk
    row = set_by_hand(pk, to=Change.OPENED, now=now, reason="odd")
    assert row is not None
    assert row.open_until == now + LONGEST_REST
    assert set_by_hand(pk, to=Change.OPENED, now=now, reason="odd") is None
    assert not admit(US, now + LONGEST_REST - timedelta(seconds=1))
    assert set_by_hand(pk, to=Change.CLOSED, now=now, reason="fine") is not None
    assert admit(US, now)
    assert set_by_hand(0, to=Change.CLOSED, now=now, reason="gone") is None


def test_without_its_rows_it_lets_nothing_through(now: datetime) -> None:
    def away(*_: object) -> None:
        raise DatabaseError("away")

    with connection.execute_wrapper(away):
        with pytest.raises(DatabaseError):
            admit(US, now)
        with pytest.raises(DatabaseError):
            resting(now)
