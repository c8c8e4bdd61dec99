"""Play people, and an attack among them, in the order of a simulated clock.

While an attack is let through, each of its requests is played. When 50 in a row were refused, every
second one is, after 50 more every fourth, and so on up to every 200th, one in 20 seconds; one that
passes puts it back. An attack that is not held would take days to play: after 1,000 requests that
passed every 200th is played and stands for 200.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, takewhile
from uuid import UUID

from otpguard.flows.pumping.learn import BATCH as LEARN_BATCH
from otpguard.flows.pumping.learn import learn_outcomes
from otpguard.flows.pumping.money.close_channel import close_after_loss
from otpguard.flows.sweep import sweep
from otpguard.models import Delivery
from otpguard.simulation import driver
from otpguard.simulation.arrival import Arrival
from otpguard.simulation.assumptions import price_of
from otpguard.simulation.attackers import HOUR, Attack, Wave
from otpguard.simulation.figures import PeopleCount, WaveCount, seconds_to_stop
from otpguard.simulation.people import conference, people

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
"""When every run begins, a Monday."""

IN_A_ROW = 50
FEWEST_IN_A_ROW = 12
SLOW_A_SECOND = 1 / 60
MOST_THINNED = 200
MOST_PASSED = 1_000
RESEND_AFTER = 31.0
SWEEP_EVERY = 120.0
LEARN_EVERY = 10.0
"""Workers learn every 5 seconds from what is 150 seconds old."""
CLOSE_EVERY = 60.0
SAMPLE = 300
"""Of how many requests the undefended loss is an average."""

AFTERWARDS = 24 * HOUR
"""How long people go on after an attack; what happens to them then is counted with it."""

Watch = Callable[[float], None]
"""Told how much of a run is done, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What a run plays: `people_a_day` from day 0, of whom the first `quiet` seconds are a time
    without an attack."""

    seed: int
    people_a_day: float
    quiet: float


@dataclass(slots=True)
class Thinning:
    """Which requests of a wave are played; see the module."""

    wave: Wave
    place: int = 0
    step: int = 1
    refused: int = 0
    passed: int = 0

    @property
    def weight(self) -> int:
        """How many requests the next one stands for."""
        return self.step if self.passed >= MOST_PASSED else 1

    def note_result(self, *, passed: bool) -> None:
        """Go on to the next request."""
        if passed:
            self.refused, self.passed = 0, self.passed + 1
        else:
            self.refused += 1
        if self.passed >= MOST_PASSED:
            self.step = MOST_THINNED
        elif passed:
            self.step = 1
        elif self.wave.a_second > SLOW_A_SECOND and self.refused % IN_A_ROW == 0:
            self.step = min(2 * self.step, MOST_THINNED)
        self.place += self.step


@dataclass(slots=True)
class Player:
    """One run's clock: what is to happen, the earliest first."""

    tenant: str
    swept: float = 0.0
    learned: float = 0.0
    closed: float = 0.0
    _due: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    _number: Iterator[int] = field(default_factory=count)

    def at(self, when: float, act: Callable[[float], None]) -> None:
        """Do something at a time in seconds."""
        heapq.heappush(self._due, (when, next(self._number), act))

    def run(self, until: float, watch: Watch, *, since: float) -> None:
        """Do all that is due before `until`, and sweep in between as a worker does."""
        while self._due and self._due[0][0] < until:
            when, _, act = heapq.heappop(self._due)
            self._work(when)
            act(when)
            watch((when - since) / (until - since))
        watch(1.0)

    def _work(self, at: float) -> None:
        """What workers do beside the requests, if it is time for it."""
        now = moment(at)
        if at - self.swept >= SWEEP_EVERY:
            sweep(now=now)
            self.swept = at
        if at - self.learned >= LEARN_EVERY:
            while learn_outcomes(now=now) >= LEARN_BATCH:
                pass
            self.learned = at
        if at - self.closed >= CLOSE_EVERY:
            close_after_loss(now=now)
            self.closed = at

    def follow(self, who: Arrival, made: driver.Started, at: float) -> None:
        """Have the code come back, or be asked for again."""
        challenge = made.challenge
        if challenge is None or not made.code:
            return
        if who.answers_after is not None:
            self.at(
                at + who.answers_after, lambda now: self._answer(who, challenge, made.code, now)
            )
        for again in range(who.resends):
            later = at + (again + 1) * RESEND_AFTER
            self.at(later, lambda now: self._resend(who, challenge, now))

    def _answer(self, who: Arrival, challenge: UUID, code: str, at: float) -> None:
        driver.answer(who, challenge, code, tenant=self.tenant, now=moment(at))

    def _resend(self, who: Arrival, challenge: UUID, at: float) -> None:
        driver.resend(who, challenge, tenant=self.tenant, now=moment(at))


def moment(at: float) -> datetime:
    """The time of a run in seconds, as a time of day."""
    return BEGAN + timedelta(seconds=at)


def play_quiet(script: Script, watch: Watch) -> PeopleCount:
    """Play the time before an attack on a new database; what happened to people in it."""
    player = Player(tenant=driver.make_tenant(now=BEGAN))
    everybody = people(script.seed, a_day=script.people_a_day)
    counted = _let_come(player, everybody, since=0.0, until=script.quiet)
    player.run(script.quiet, watch, since=0.0)
    return counted


def play_attack(
    script: Script, attack: Attack, watch: Watch
) -> tuple[PeopleCount, tuple[WaveCount, ...]]:
    """Play an attack, and the day after it, on a database in which the quiet time has passed."""
    began, until = script.quiet, script.quiet + attack.seconds + AFTERWARDS
    player = Player(tenant=driver.tenant_key(), swept=began, learned=began, closed=began)
    bursts = (conference("met", began + attack.seconds / 8),) if attack.meets_conference else ()
    everybody = people(script.seed, a_day=script.people_a_day, bursts=bursts)
    counted = _let_come(player, everybody, since=began, until=until)
    waves = [_Attacker(player, script.seed, wave, began) for wave in attack.waves]
    player.run(until, watch, since=began)
    return counted, tuple(wave.counted() for wave in waves)


def _let_come(
    player: Player, everybody: Iterator[Arrival], *, since: float, until: float
) -> PeopleCount:
    """Have people come one after another; the returned count fills while the run goes on."""
    counted = PeopleCount()
    coming = takewhile(lambda who: who.at < until, (who for who in everybody if who.at >= since))

    def come(who: Arrival, at: float) -> None:
        made = driver.start(who, tenant=player.tenant, now=moment(at))
        player.follow(who, made, at)
        counted.add(
            got_code=bool(made.code), stranded=made.stranded, asked=made.asked, found=made.found
        )
        follow_on()

    def follow_on() -> None:
        following = next(coming, None)
        if following is not None:
            player.at(following.at, lambda at: come(following, at))

    follow_on()
    return counted


class _Attacker:
    """Plays one wave, and remembers what came of it."""

    def __init__(self, player: Player, seed: int, wave: Wave, began: float) -> None:
        self._player, self._seed, self._wave, self._began = player, seed, wave, began
        self._thinning = Thinning(wave)
        self._weights: dict[UUID, int] = {}
        self._results: list[tuple[float, bool]] = []
        self._steps: dict[UUID, int] = {}
        self._follow_on()

    def _follow_on(self) -> None:
        if self._thinning.place < self._wave.requests:
            who = self._wave.arrival(self._seed, self._thinning.place)
            self._player.at(self._began + who.at, lambda at: self._come(who, at))

    def _come(self, who: Arrival, at: float) -> None:
        made = driver.start(who, tenant=self._player.tenant, now=moment(at))
        self._player.follow(who, made, at)
        if made.challenge is not None:
            self._weights[made.challenge] = self._thinning.weight
            self._steps[made.challenge] = self._thinning.step
        self._results.append((who.at - self._wave.begins, made.challenge is not None))
        self._thinning.note_result(passed=made.challenge is not None)
        self._follow_on()

    def counted(self) -> WaveCount:
        """What its messages cost; read when the run is over."""
        wave = self._wave
        sends = micros = sends_at_most = micros_at_most = 0
        sent_at = []
        left = Delivery.objects.filter(sent_at__gte=moment(self._began)).order_by("sent_at")
        for key, cost, at in left.values_list("challenge", "cost_micros", "sent_at"):
            if key not in self._weights or at is None:
                continue
            weight, step = self._weights[key], self._steps[key]
            sends, micros = sends + weight, micros + weight * cost
            sends_at_most, micros_at_most = sends_at_most + step, micros_at_most + step * cost
            sent_at += [(at - moment(self._began)).total_seconds()] * weight
        row = IN_A_ROW if wave.a_second > SLOW_A_SECOND else FEWEST_IN_A_ROW
        return WaveCount(
            name=wave.name,
            requests=wave.requests,
            played=len(self._results),
            sends=sends,
            micros=micros,
            sends_at_most=sends_at_most,
            micros_at_most=micros_at_most,
            undefended_micros=undefended(wave, self._seed),
            seconds_to_stop=seconds_to_stop(self._results, in_a_row=row),
            estimated=self._thinning.passed >= MOST_PASSED,
            ends_at=wave.begins + wave.seconds,
            sent_at=tuple(sent_at),
        )


def undefended(wave: Wave, seed: int) -> int:
    """What a wave costs where each request sends one message, in micro-dollars; from a sample."""
    every = max(1, wave.requests // SAMPLE)
    places = range(0, wave.requests, every)
    prices = [price_of(wave.arrival(seed, place).country) for place in places]
    return round(sum(prices) / len(prices) * wave.requests)
