"""A try is counted before it is compared, and the failure that it may be is noted with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from otpguard.core.limits import CEILING, FREE_FAILURES, Lane
from otpguard.exceptions import InsideTransaction
from otpguard.factors.lanes import LaneState, Reservation
from otpguard.flows.challenge.answer_reading import AnswerReading, read_for_answer
from otpguard.flows.challenge.count_try import CountedTry, _at_once, _plainly, count_try
from otpguard.flows.challenge.open import _open_plainly
from otpguard.models import Challenge, Delivery, FactorLane
from tests import factories
from tests.flows.challenge.both_ways import opening, rehearsal, told
from tests.flows.setting import Stopped, stopped
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db

WHAT = "a test"
Change = Callable[[datetime], Any]
CHALLENGES: dict[str, Change] = {
    "open": lambda _: None,
    "canceled": lambda _: Challenge.objects.update(state="canceled"),
    "verified": lambda _: Challenge.objects.update(state="verified"),
    "over": lambda now: Challenge.objects.update(expires_at=now),
    "of a clock ahead": lambda now: Challenge.objects.update(created_at=now + timedelta(hours=1)),
    "used up": lambda _: Challenge.objects.update(attempts=5),
    "before the last try": lambda _: Challenge.objects.update(attempts=4),
    "gone": lambda _: Challenge.objects.all().delete(),
}
LANES: dict[str, Change] = {
    "as it was read": lambda _: None,
    "one more": lambda now: FactorLane.objects.update(failures=5, last_failure_at=now),
    "at another moment": lambda now: FactorLane.objects.update(
        last_failure_at=now - timedelta(seconds=1)
    ),
    "waiting": lambda now: FactorLane.objects.update(not_before=now + timedelta(seconds=9)),
    "closed": lambda now: FactorLane.objects.update(failures=80, last_failure_at=now),
    "gone": lambda _: FactorLane.objects.all().delete(),
}
SITUATIONS = {
    "challenge": st.sampled_from(["open", "open", *CHALLENGES]),
    "guessable": st.sampled_from([True, True, False]),
    "known": st.booleans(),
    "failures": st.none() | st.integers(0, FREE_FAILURES - 1) | st.integers(6, 19),
    "lane": st.sampled_from(["as it was read", "as it was read", "appeared", *LANES]),
}


def lane_of(who: Stopped, failures: int, at: datetime) -> None:
    lane = Lane.KNOWN if who.facts.device else Lane.OPEN
    FactorLane.objects.create(
        factor=who.factor, lane=lane.value, failures=failures, last_failure_at=at
    )


def asked(failures: int | None = None, *, known: bool = False) -> tuple[Stopped, AnswerReading]:
    """Somebody about to answer, as it was read."""
    who = stopped()
    device = factories.device(who.member.user) if known else ""
    who.facts = replace(who.facts, device=device)
    _open_plainly(opening(who), guarded=False)
    if failures is not None:
        lane_of(who, failures, who.facts.now - timedelta(hours=2))
    read = read_for_answer(who.facts, Challenge.objects.get().pk)
    assert read is not None
    return who, read


def changed(known: dict[str, Any], who: Stopped) -> bool:
    """Let others change the lane; True if it takes no answer any more."""
    what = known["lane"]
    if what == "appeared":
        if known["failures"] is None:
            lane_of(who, 3, who.facts.now - timedelta(minutes=1))
        return False
    LANES[what](who.facts.now)
    return known["failures"] is not None and what in {"waiting", "closed"}


def takes_a_try(known: dict[str, Any]) -> bool:
    return known["challenge"] in {"open", "before the last try"}


@postgres_only
@settings(max_examples=80, deadline=None)
@given(known=st.fixed_dictionaries(SITUATIONS))
def test_both_ways_count_the_same(known: dict[str, Any]) -> None:
    with rehearsal():
        who, read = asked(known["failures"], known=known["known"])
        refuses = changed(known, who)
        CHALLENGES[known["challenge"]](who.facts.now)
        ask = {"guessable": known["guessable"], "what": WHAT}

        at_once = told(lambda: _at_once(who.facts, read, **ask))
        assert at_once == told(lambda: _plainly(who.facts, read, **ask))
        refused = known["guessable"] and refuses
        assert bool(at_once.outcome.attempt) == (takes_a_try(known) and not refused)


@pytest.mark.parametrize("failures", [None, 2])
def test_a_try_and_the_failure_it_may_be_are_one_commit(failures: int | None) -> None:
    who, read = asked(failures)
    counted = count_try(who.facts, read, guessable=True, what=WHAT)
    assert counted.attempt == Challenge.objects.get().attempts == 1
    assert isinstance(counted.reserved, Reservation)
    lane = FactorLane.objects.get()
    assert (lane.failures, lane.last_failure_at) == ((failures or 0) + 1, who.facts.now)
    assert counted.reserved.before[0] == (failures or 0)


def test_what_cannot_be_guessed_notes_no_failure() -> None:
    who, read = asked()
    assert count_try(who.facts, read, guessable=False, what=WHAT) == CountedTry(attempt=1)
    assert not FactorLane.objects.exists()


@pytest.mark.parametrize("state", ["canceled", "used up"])
def test_a_challenge_that_takes_no_try_reserves_nothing(state: str) -> None:
    who, read = asked()
    CHALLENGES[state](who.facts.now)
    assert count_try(who.facts, read, guessable=True, what=WHAT) == CountedTry()
    assert not FactorLane.objects.exists()


@pytest.mark.parametrize("ready", [True, False], ids=["as read", "changed since"])
def test_a_lane_that_takes_no_answer_costs_no_try(ready: bool) -> None:
    who, read = asked(0)
    FactorLane.objects.update(failures=CEILING[Lane.OPEN])
    if ready:
        found = read_for_answer(who.facts, read.challenge.pk)
        assert found is not None
        read = found
    counted = count_try(who.facts, read, guessable=True, what=WHAT)
    assert isinstance(counted.reserved, LaneState)
    assert counted.reserved.closed
    assert counted.attempt == Challenge.objects.get().attempts == 0


def test_a_lane_that_was_forgotten_meanwhile_starts_at_one() -> None:
    """Its factor was bound again: what was guessed before is nothing to the new one."""
    who, read = asked(CEILING[Lane.OPEN] - 1)
    FactorLane.objects.all().delete()
    count_try(who.facts, read, guessable=True, what=WHAT)
    assert FactorLane.objects.get().failures == 1


def test_a_transaction_around_it_would_give_the_guess_back() -> None:
    who, read = asked()
    with transaction.atomic(), pytest.raises(InsideTransaction, match=WHAT):
        count_try(who.facts, read, guessable=True, what=WHAT)


@postgres_only
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("remote", [False, True])
def test_a_try_waits_for_the_disk_only_where_a_vendor_compares(*, remote: bool) -> None:
    who = stopped()
    challenge = who.start()
    Delivery.objects.update(remote=remote)
    read = read_for_answer(who.facts, challenge.pk)
    assert read is not None
    with CaptureQueriesContext(connection) as seen:
        assert count_try(who.facts, read, guessable=True, what=WHAT).attempt == 1
    assert ("synchronous_commit" in str(seen.captured_queries)) is not remote
