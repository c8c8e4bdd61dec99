"""The limiter contract sees each way of breaking it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from threading import Barrier, BrokenBarrierError, RLock
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from otpguard.core.limits import Cap, CapFull, Charged, Refund
from otpguard.exceptions import StoreUnavailable
from otpguard.testing.limiter_contract import LimiterContract
from tests.models.rows import postgres_only

NOW = timezone.now()


class Listed:
    """Counts in a list of this process, as the contract asks; enough for threads of one process."""

    def __init__(self) -> None:
        self.uses: list[tuple[Cap, datetime, UUID]] = []
        self.halves: dict[tuple[str, str], datetime] = {}
        self.lock = RLock()
        self.away = False

    def consume(self, caps: Sequence[Cap], *, challenge: UUID, now: datetime) -> Charged | CapFull:
        with self.lock:
            self.answer()
            for cap in caps:
                if (full := self.full(cap, now)) is not None:
                    return full
            self.uses += [(cap, now, challenge) for cap in caps]
        return Charged()

    def refund(self, challenge: UUID, *, now: datetime) -> None:
        with self.lock:
            self.answer()
            mine = [use for use in self.uses if use[2] == challenge]
            for use in mine:
                if use[0].refund is not Refund.NEVER:
                    self.uses.remove(use)
            for cap, _, _ in mine:
                if cap.refund is Refund.HALF:
                    self.half_back(cap, now)

    def half_back(self, cap: Cap, now: datetime) -> None:
        first = self.halves.pop((cap.name, cap.key), now - cap.window)
        if first <= now - cap.window:
            self.halves[cap.name, cap.key] = now
        elif others := self.young(cap, now):
            self.uses.remove(min(others, key=itemgetter(1)))

    def answer(self) -> None:
        if self.away:
            raise StoreUnavailable("the list is away")

    def full(self, cap: Cap, now: datetime) -> CapFull | None:
        young = sorted((use[1] for use in self.young(cap, now)), reverse=True)
        if len(young) < cap.limit:
            return None
        free = young[cap.limit - 1] + cap.window if cap.limit else now + cap.window
        return CapFull(cap=cap.name, retry_after=free - now)

    def young(self, cap: Cap, now: datetime) -> list[tuple[Cap, datetime, UUID]]:
        same = [use for use in self.uses if (use[0].name, use[0].key) == (cap.name, cap.key)]
        return [use for use in same if use[1] > now - cap.window]


class Suite(LimiterContract):
    def __init__(self, limiter: Any = None) -> None:
        self.made = limiter

    @contextmanager
    def outage(self) -> Iterator[None]:
        self.made.away = True
        yield
        self.made.away = False


class TestListed(LimiterContract):
    """The contract itself, by a limiter that keeps it."""

    @pytest.fixture
    def limiter(self) -> Listed:
        self.made = Listed()
        return self.made

    @contextmanager
    def outage(self) -> Iterator[None]:
        self.made.away = True
        yield
        self.made.away = False


class LooksTwice(Listed):
    """Looks, and charges a moment later."""

    def __init__(self) -> None:
        super().__init__()
        self.together = Barrier(16)

    def consume(self, caps: Sequence[Cap], *, challenge: UUID, now: datetime) -> Charged | CapFull:
        found = next((full for cap in caps if (full := self.full(cap, now))), None)
        with suppress(BrokenBarrierError):
            self.together.wait(timeout=10)
        if found is None:
            self.uses += [(cap, now, challenge) for cap in caps]
        return found or Charged()


class Greedy(Listed):
    """Charges what has room although something else is full."""

    def consume(self, caps: Sequence[Cap], *, challenge: UUID, now: datetime) -> Charged | CapFull:
        for cap in caps:
            found = super().consume([cap], challenge=challenge, now=now)
            if isinstance(found, CapFull):
                return found
        return Charged()


class Hourly(Listed):
    """Counts by the hour on the clock and not over the last sixty minutes."""

    def full(self, cap: Cap, now: datetime) -> CapFull | None:
        mine = [use for use in self.uses if (use[0].name, use[0].key) == (cap.name, cap.key)]
        same = [at for _, at, _ in mine if at.hour == now.hour]
        return CapFull(cap=cap.name, retry_after=cap.window) if len(same) >= cap.limit else None


class Open(Listed):
    """Lets everything through while its store is away, and forgets what it counted."""

    def answer(self) -> None:
        if self.away:
            self.uses = []


class Stubborn(Listed):
    """Gives nothing back."""

    def refund(self, challenge: UUID, *, now: datetime) -> None:
        return


class Generous(Listed):
    """Gives the use back, whatever the cap says."""

    def refund(self, challenge: UUID, *, now: datetime) -> None:
        self.uses = [use for use in self.uses if use[2] != challenge]


class Doubling(Listed):
    """Gives another use back each time."""

    def half_back(self, cap: Cap, now: datetime) -> None:
        self.halves[cap.name, cap.key] = now
        super().half_back(cap, now)


class Remembering(Listed):
    """Pairs refunds however long ago the first one was."""

    def half_back(self, cap: Cap, now: datetime) -> None:
        if (cap.name, cap.key) in self.halves:
            self.halves[cap.name, cap.key] = now
        super().half_back(cap, now)


class Newest(Listed):
    """Takes the newest of the other uses out."""

    def half_back(self, cap: Cap, now: datetime) -> None:
        before = list(self.uses)
        super().half_back(cap, now)
        if len(self.uses) < len(before):
            self.uses = before
            self.uses.remove(max(self.young(cap, now), key=itemgetter(1)))


class Musty(Listed):
    """Takes the oldest out of all that it has ever counted."""

    def half_back(self, cap: Cap, now: datetime) -> None:
        super().half_back(replace(cap, window=2 * cap.window), now)


class Loud(Listed):
    """Fails with the error of its client."""

    def answer(self) -> None:
        if self.away:
            raise ConnectionError("no server")


Sentence = Callable[[Suite, Any, datetime], None]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("limiter", "sentence"),
    [
        pytest.param(
            LooksTwice,
            LimiterContract.test_starts_at_once_get_exactly_what_the_cap_allows,
            # SQLite lets one transaction run at a time, so there is no race to lose.
            marks=postgres_only,
        ),
        (Greedy, LimiterContract.test_nothing_is_charged_when_one_of_several_is_full),
        (Hourly, LimiterContract.test_the_window_rolls_and_it_is_told_when_there_is_room_again),
        (Stubborn, LimiterContract.test_a_proven_challenge_is_given_back_on_every_cap),
        (
            Generous,
            LimiterContract.test_a_cap_that_is_never_refunded_keeps_the_use_of_a_proven_challenge,
        ),
        (
            Generous,
            LimiterContract.test_every_second_refund_by_halves_takes_the_oldest_other_use_out,
        ),
        (Newest, LimiterContract.test_every_second_refund_by_halves_takes_the_oldest_other_use_out),
        (
            Doubling,
            LimiterContract.test_refunds_by_halves_at_once_never_give_more_than_half_a_use_back,
        ),
        (
            Remembering,
            LimiterContract.test_refunds_by_halves_are_paired_by_key_and_within_the_window,
        ),
        (
            Musty,
            LimiterContract.test_a_refund_by_halves_takes_out_a_use_that_still_counts,
        ),
        (Open, LimiterContract.test_a_store_that_is_away_charges_nothing_and_lets_nothing_pass),
        (Loud, LimiterContract.test_a_refund_that_cannot_be_made_is_no_error_of_another_kind),
    ],
)
def test_a_limiter_that_breaks_a_sentence_is_seen(
    limiter: type[Listed], sentence: Sentence
) -> None:
    made = limiter()
    with pytest.raises((AssertionError, ConnectionError, pytest.fail.Exception)):
        sentence(Suite(made), made, NOW)
