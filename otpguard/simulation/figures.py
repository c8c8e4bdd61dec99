"""What a run counts, and what several runs say together: means, spreads and shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean, stdev
from typing import Any

from otpguard.core.money import MICROS


@dataclass(slots=True, kw_only=True)
class PeopleCount:
    """Healthy people. `refused` got no code by the channel they asked for within a minute, among
    them `stranded` ones, who were shown no other way; `asked` solved a proof of work. `found`
    counts the refused by what was found about them."""

    people: int = 0
    refused: int = 0
    stranded: int = 0
    asked: int = 0
    found: dict[str, int] = field(default_factory=dict)

    def add(self, *, got_code: bool, stranded: bool, asked: bool, found: str = "") -> None:
        """Count one person."""
        self.people += 1
        if found:
            self.found[found] = self.found.get(found, 0) + 1
        self.refused += not got_code
        self.stranded += stranded
        self.asked += asked

    def joined(self, other: PeopleCount) -> PeopleCount:
        """Both together."""
        return PeopleCount(
            people=self.people + other.people,
            refused=self.refused + other.refused,
            stranded=self.stranded + other.stranded,
            asked=self.asked + other.asked,
            found=dict(Counter(self.found) + Counter(other.found)),
        )

    def share(self, counted: int) -> float:
        """A count of these people as a share of them, from 0 to 1."""
        return counted / self.people if self.people else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveCount:
    """What one wave of requests got, and what it would have got.

    `sends` and `micros` count what was played; with `sends_at_most` and `micros_at_most` each
    message stands for the requests left out around it as well. An `estimated` wave was not held:
    its figures are extrapolated. `seconds_to_stop` is None if it never was. `sent_at` are the times
    of the messages in seconds since the attack began, `ends_at` that of the wave's last request.
    """

    name: str
    requests: int
    played: int
    sends: int
    micros: int
    sends_at_most: int
    micros_at_most: int
    undefended_micros: int
    seconds_to_stop: float | None
    estimated: bool
    ends_at: float
    sent_at: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCount:
    """One attack with one seed: people before it and during it, and its waves."""

    attack: str
    seed: int
    quiet: PeopleCount
    window: PeopleCount
    waves: tuple[WaveCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The mean of a figure over the seeds and its standard deviation, 0 for one seed."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Raises ValueError without values."""
        found = list(values)
        if not found:
            raise ValueError("there is no spread of no values")
        return cls(mean=fmean(found), deviation=stdev(found) if len(found) > 1 else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveFigures:
    """One wave over all seeds. Shares are from 0 to 1: in the window, which is the attack and the
    day after it, and in the month, which is the quiet time and the window."""

    name: str
    sends: Spread
    lost_usd: Spread
    lost_usd_at_most: Spread
    undefended_usd: Spread
    seconds_to_stop: Spread | None
    never_stopped: int
    estimated: int
    refused_in_window: Spread
    refused_in_month: Spread
    asked_in_window: Spread
    asked_in_month: Spread
    stranded: int
    found: dict[str, int]


def seconds_to_stop(results: Sequence[tuple[float, bool]], *, in_a_row: int) -> float | None:
    """The time of the first of `in_a_row` requests none of which was sent; None without any.

    `results` are time and success of each request, the earliest first.
    """
    since, row = 0.0, 0
    for at, passed in results:
        row = 0 if passed else row + 1
        if row == 1:
            since = at
        if row >= in_a_row:
            return since
    return None


def figures_of(runs: Sequence[RunCount]) -> list[WaveFigures]:
    """The figures of each wave, in the order in which attacks first come in `runs`."""
    attacks = list(dict.fromkeys(run.attack for run in runs))
    found = []
    for attack in attacks:
        mine = [run for run in runs if run.attack == attack]
        found += [_figures(mine, place) for place in range(len(mine[0].waves))]
    return found


def as_json(runs: Sequence[RunCount]) -> dict[str, Any]:
    """The figures for machines: means over the seeds, dollars, seconds and shares of the window
    under `attacks`; spreads and shares of the month under `details`."""
    figures = figures_of(runs)
    return {
        "attacks": [
            {
                "name": each.name,
                "sends": round(each.sends.mean, 2),
                "lost_usd": round(each.lost_usd.mean, 4),
                "undefended_usd": round(each.undefended_usd.mean, 2),
                "seconds_to_stop": each.seconds_to_stop and round(each.seconds_to_stop.mean, 1),
                "legitimate_refused_share": round(each.refused_in_window.mean, 6),
                "proof_of_work_share": round(each.asked_in_window.mean, 6),
            }
            for each in figures
        ],
        "details": [asdict(each) for each in figures],
        "quiet": [
            {"seed": seed, **asdict(count)}
            for seed, count in {run.seed: run.quiet for run in runs}.items()
        ],
    }


def _figures(runs: Sequence[RunCount], place: int) -> WaveFigures:
    waves = [run.waves[place] for run in runs]
    stopped = [wave.seconds_to_stop for wave in waves if wave.seconds_to_stop is not None]
    months = [run.quiet.joined(run.window) for run in runs]
    windows = [run.window for run in runs]
    return WaveFigures(
        name=waves[0].name,
        sends=Spread.of(wave.sends for wave in waves),
        lost_usd=Spread.of(wave.micros / MICROS for wave in waves),
        lost_usd_at_most=Spread.of(wave.micros_at_most / MICROS for wave in waves),
        undefended_usd=Spread.of(wave.undefended_micros / MICROS for wave in waves),
        seconds_to_stop=Spread.of(stopped) if stopped else None,
        never_stopped=len(waves) - len(stopped),
        estimated=sum(wave.estimated for wave in waves),
        refused_in_window=_shares(windows, lambda count: count.refused),
        refused_in_month=_shares(months, lambda count: count.refused),
        asked_in_window=_shares(windows, lambda count: count.asked),
        asked_in_month=_shares(months, lambda count: count.asked),
        stranded=sum(count.stranded for count in windows),
        found=dict(sum((Counter(count.found) for count in windows), Counter())),
    )


def _shares(counts: Sequence[PeopleCount], counted: Callable[[PeopleCount], int]) -> Spread:
    return Spread.of(count.share(counted(count)) for count in counts)
