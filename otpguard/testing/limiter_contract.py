"""What every limiter must do. Needs pytest and pytest-django.

    class TestMine(LimiterContract):
        @pytest.fixture
        def limiter(self):
            return MyLimiter(url=empty_store())

        def outage(self):                       # a context manager
            return store_that_is_away()

The races run real threads, each with a database connection and a transaction of its own, against
the database of the test settings: run them on the one that production has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.test import TestCase
from django.utils import timezone

from otpguard.core.limits import Cap, CapFull, CapName, Charged, Refund
from otpguard.database import alias, transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.limits.limiter import Limiter
from otpguard.testing.racing import race

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
THREADS = 16


def cap(
    name: CapName = CapName.SESSION,
    key: str = "sid",
    *,
    limit: int = 2,
    refund: Refund = Refund.FULL,
) -> Cap:
    """A cap of an hour."""
    return Cap(name=name, key=key, limit=limit, window=HOUR, refund=refund)


def start(
    limiter: Limiter, *caps: Cap, now: datetime, challenge: UUID | None = None
) -> Charged | CapFull:
    """One start, in a transaction of its own that commits."""
    with transaction.atomic():
        return limiter.consume(caps, challenge=challenge or uuid4(), now=now)


def refund(limiter: Limiter, challenge: UUID, *, now: datetime) -> None:
    """One proof, in a transaction of its own that commits, with what waits for the commit."""
    with TestCase.captureOnCommitCallbacks(using=alias(), execute=True), transaction.atomic():
        limiter.refund(challenge, now=now)


def prove(limiter: Limiter, one: Cap, *, now: datetime) -> None:
    """A start that must be charged, and its proof."""
    challenge = uuid4()
    assert start(limiter, one, now=now, challenge=challenge) == Charged()
    refund(limiter, challenge, now=now)


def charge(limiter: Limiter, caps: Sequence[Cap], times: int, *, now: datetime) -> None:
    """So many starts, each of which must be charged."""
    for _ in range(times):
        assert start(limiter, *caps, now=now) == Charged()


def uses(limiter: Limiter, one: Cap, *, now: datetime) -> int:
    """How many uses of a cap count now. Charges it once for each try."""
    for count in range(1000):
        sized = replace(one, limit=count)
        if isinstance(start(limiter, sized, now=now), Charged):
            return count - 1
    raise AssertionError("it charges without end")


def uses_left(limiter: Limiter, one: Cap, *, now: datetime) -> int:
    """How many uses of a cap count at `now`, which leaves them as they are."""
    for count in range(1000):
        sized, challenge = replace(one, limit=count, refund=Refund.FULL), uuid4()
        if isinstance(start(limiter, sized, now=now, challenge=challenge), Charged):
            refund(limiter, challenge, now=now)
            return count - 1
    raise AssertionError("it charges without end")


@pytest.mark.django_db
class LimiterContract:
    """The suite. Give `limiter` and `outage`."""

    @pytest.fixture
    def limiter(self) -> Limiter:
        """A limiter that has counted nothing yet."""
        raise NotImplementedError

    def outage(self) -> AbstractContextManager[object]:
        """While it lasts, the store of `limiter` does not answer."""
        raise NotImplementedError

    @pytest.fixture
    def now(self) -> datetime:
        """A moment."""
        return timezone.now()

    # --- exact -------------------------------------------------------------------------------

    def test_a_cap_has_room_for_exactly_its_limit(self, limiter: Limiter, now: datetime) -> None:
        charge(limiter, [cap(limit=3)], 3, now=now)
        full = CapFull(cap=CapName.SESSION, retry_after=HOUR)
        assert start(limiter, cap(limit=3), now=now) == full
        assert start(limiter, cap(limit=3), now=now) == full

    def test_a_cap_of_none_is_always_full(self, limiter: Limiter, now: datetime) -> None:
        found = start(limiter, cap(limit=0), now=now)
        assert found == CapFull(cap=CapName.SESSION, retry_after=HOUR)

    def test_other_keys_and_other_caps_are_counted_apart(
        self, limiter: Limiter, now: datetime
    ) -> None:
        charge(limiter, [cap(limit=1)], 1, now=now)
        others = [cap(key="another", limit=1), cap(CapName.IP, limit=1)]
        charge(limiter, others, 1, now=now)
        assert isinstance(start(limiter, cap(limit=1), now=now), CapFull)

    def test_the_window_rolls_and_it_is_told_when_there_is_room_again(
        self, limiter: Limiter, now: datetime
    ) -> None:
        charge(limiter, [cap()], 1, now=now - 50 * MINUTE)
        charge(limiter, [cap()], 1, now=now - 20 * MINUTE)

        def full(wait: timedelta) -> CapFull:
            return CapFull(cap=CapName.SESSION, retry_after=wait)

        assert start(limiter, cap(), now=now) == full(10 * MINUTE)
        later = now + 10 * MINUTE
        assert start(limiter, cap(), now=later - SECOND) == full(SECOND)
        assert start(limiter, cap(), now=later) == Charged()
        assert start(limiter, cap(), now=later) == full(30 * MINUTE)

    def test_a_limit_that_became_smaller_waits_for_all_that_is_too_much(
        self, limiter: Limiter, now: datetime
    ) -> None:
        for minutes in (50, 40, 30):
            charge(limiter, [cap(limit=3)], 1, now=now - minutes * MINUTE)
        found = start(limiter, cap(limit=1), now=now)
        assert found == CapFull(cap=CapName.SESSION, retry_after=30 * MINUTE)

    # --- all or nothing ----------------------------------------------------------------------

    def test_nothing_is_charged_when_one_of_several_is_full(
        self, limiter: Limiter, now: datetime
    ) -> None:
        full, free = cap(CapName.IP, "203.0.113.7", limit=1), cap(limit=5)
        charge(limiter, [full], 1, now=now)
        for order in ((free, full), (full, free)):
            refused = start(limiter, *order, now=now)
            assert isinstance(refused, CapFull)
            assert refused.cap is CapName.IP
        charge(limiter, [free], 5, now=now)

    def test_a_proven_challenge_is_given_back_on_every_cap(
        self, limiter: Limiter, now: datetime
    ) -> None:
        caps, proven = [cap(limit=1), cap(CapName.IP, limit=1)], uuid4()
        assert start(limiter, *caps, now=now, challenge=proven) == Charged()
        refund(limiter, uuid4(), now=now)
        assert isinstance(start(limiter, *caps, now=now), CapFull)
        refund(limiter, proven, now=now)
        charge(limiter, caps, 1, now=now)
        refund(limiter, proven, now=now)
        for each in caps:
            assert isinstance(start(limiter, each, now=now), CapFull), "it was given back twice"

    def test_a_cap_that_is_never_refunded_keeps_the_use_of_a_proven_challenge(
        self, limiter: Limiter, now: datetime
    ) -> None:
        lasting = cap(CapName.NUMBER, "n", limit=1, refund=Refund.NEVER)
        given, proven = cap(limit=1), uuid4()
        assert start(limiter, given, lasting, now=now, challenge=proven) == Charged()
        refund(limiter, proven, now=now)
        assert start(limiter, given, now=now) == Charged()
        assert isinstance(start(limiter, lasting, now=now), CapFull)

    def test_every_second_refund_by_halves_takes_the_oldest_other_use_out(
        self, limiter: Limiter, now: datetime
    ) -> None:
        halves = cap(CapName.IP, "203.0.113.7", limit=10, refund=Refund.HALF)
        for minutes in (40, 30, 20, 10):
            charge(limiter, [halves], 1, now=now - minutes * MINUTE)
        for left in (4, 3, 3, 2):
            prove(limiter, halves, now=now)
            assert uses_left(limiter, halves, now=now) == left
        # The two of 20 and 10 minutes ago are left.
        assert uses_left(limiter, halves, now=now + 39 * MINUTE) == 2
        assert uses_left(limiter, halves, now=now + 40 * MINUTE) == 1

    def test_refunds_by_halves_are_paired_by_key_and_within_the_window(
        self, limiter: Limiter, now: datetime
    ) -> None:
        here, there = (cap(CapName.IP, key, limit=9, refund=Refund.HALF) for key in "ab")
        charge(limiter, [here, there], 3, now=now)
        prove(limiter, here, now=now - HOUR)
        prove(limiter, here, now=now)
        prove(limiter, there, now=now)
        assert (uses_left(limiter, here, now=now), uses_left(limiter, there, now=now)) == (3, 3)
        prove(limiter, here, now=now)
        assert (uses_left(limiter, here, now=now), uses_left(limiter, there, now=now)) == (2, 3)

    def test_a_refund_by_halves_takes_out_a_use_that_still_counts(
        self, limiter: Limiter, now: datetime
    ) -> None:
        halves = cap(CapName.IP, "203.0.113.7", limit=9, refund=Refund.HALF)
        charge(limiter, [halves], 1, now=now - HOUR)
        charge(limiter, [halves], 1, now=now - MINUTE)
        prove(limiter, halves, now=now)
        prove(limiter, halves, now=now)
        assert uses_left(limiter, halves, now=now) == 0

    # --- free of races -----------------------------------------------------------------------

    @pytest.mark.django_db(transaction=True)
    def test_starts_at_once_get_exactly_what_the_cap_allows(
        self, limiter: Limiter, now: datetime
    ) -> None:
        narrow, wide = cap(CapName.IP, "203.0.113.7", limit=10), cap(limit=100)
        outcomes = race(lambda: start(limiter, narrow, wide, now=now), threads=THREADS)
        assert Counter(type(outcome) for outcome in outcomes) == {Charged: 10, CapFull: 6}
        assert {each.cap for each in outcomes if isinstance(each, CapFull)} == {CapName.IP}
        assert uses(limiter, narrow, now=now) == 10
        assert uses(limiter, wide, now=now) == 10

    @pytest.mark.django_db(transaction=True)
    def test_starts_that_name_their_caps_in_another_order_do_not_wait_for_ever(
        self, limiter: Limiter, now: datetime
    ) -> None:
        one, two = cap(CapName.IP, "a", limit=100), cap(limit=100)
        orders = iter([(one, two), (two, one)] * (THREADS // 2))
        outcomes = race(lambda: start(limiter, *next(orders), now=now), threads=THREADS)
        assert outcomes == [Charged()] * THREADS

    @pytest.mark.django_db(transaction=True)
    def test_one_challenge_that_is_proven_many_times_at_once_is_given_back_once(
        self, limiter: Limiter, now: datetime
    ) -> None:
        proven = uuid4()
        charge(limiter, [cap(limit=3)], 2, now=now)
        assert start(limiter, cap(limit=3), now=now, challenge=proven) == Charged()
        race(lambda: refund(limiter, proven, now=now), threads=4)
        assert uses(limiter, cap(), now=now) == 2

    @pytest.mark.django_db(transaction=True)
    def test_refunds_by_halves_at_once_never_give_more_than_half_a_use_back(
        self, limiter: Limiter, now: datetime
    ) -> None:
        halves = cap(CapName.IP, "203.0.113.7", limit=99, refund=Refund.HALF)
        charge(limiter, [halves], THREADS, now=now)
        proven = [uuid4() for _ in range(THREADS)]
        for each in proven:
            assert start(limiter, halves, now=now, challenge=each) == Charged()
        turn = iter(proven)
        race(lambda: refund(limiter, next(turn), now=now), threads=THREADS)
        assert THREADS // 2 <= uses_left(limiter, halves, now=now) <= THREADS
        # What was left to later refunds is not lost.
        prove(limiter, halves, now=now)
        prove(limiter, halves, now=now)
        assert THREADS // 2 - 1 <= uses_left(limiter, halves, now=now) < THREADS

    # --- fails closed ------------------------------------------------------------------------

    def test_a_store_that_is_away_charges_nothing_and_lets_nothing_pass(
        self, limiter: Limiter, now: datetime
    ) -> None:
        charge(limiter, [cap(limit=5)], 2, now=now)
        with self.outage(), pytest.raises(StoreUnavailable):
            start(limiter, cap(limit=5), now=now)
        assert uses(limiter, cap(), now=now) == 2

    def test_a_refund_that_cannot_be_made_is_no_error_of_another_kind(
        self, limiter: Limiter, now: datetime
    ) -> None:
        proven = uuid4()
        assert start(limiter, cap(limit=5), now=now, challenge=proven) == Charged()
        with self.outage(), suppress(StoreUnavailable):
            refund(limiter, proven, now=now)
        assert uses(limiter, cap(), now=now) <= 1
