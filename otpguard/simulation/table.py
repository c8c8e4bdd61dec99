"""Print the figures of runs as lines that people read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from otpguard.simulation.figures import RunCount, Spread, WaveFigures, figures_of
from otpguard.simulation.play import IN_A_ROW, MOST_PASSED, MOST_THINNED

_HEAD = (
    f"{'attack':22} {'sends':>14} {'lost $':>16} {'at most':>9} {'undefended $':>13}"
    f" {'stop s':>8} {'refused: window':>18} {'month':>8} {'asked: window':>18} {'month':>8}"
)


def print_table(runs: Sequence[RunCount], say: Callable[[str], object]) -> None:
    """One line for each wave; each figure is a mean over the seeds, with its deviation after ±."""
    say(_HEAD)
    figures = figures_of(runs)
    for each in figures:
        say(_line(each))
    quiet = {run.seed: run.quiet for run in runs}.values()
    people = sum(count.people for count in quiet)
    say("")
    say(
        f"Quiet time: {people} people, refused {sum(count.refused for count in quiet)},"
        f" asked {sum(count.asked for count in quiet)},"
        f" without any way {sum(count.stranded for count in quiet)}."
    )
    say(f"Without any way in the windows: {sum(each.stranded for each in figures)}.")
    for each in figures:
        if each.found:
            most = sorted(each.found.items(), key=lambda item: (-item[1], item[0]))
            told = ", ".join(f"{count} {why}" for why, count in most)
            say(f"People refused during {each.name}: {told}.")
    say(
        f"Thinning: after {IN_A_ROW} refusals in a row every second request is played, then every"
        f" fourth, up to every {MOST_THINNED}th; 'at most' lets each message stand for those left"
        f" out. A star: not held, extrapolated after {MOST_PASSED:,} requests that passed."
    )


def _line(each: WaveFigures) -> str:
    stop = each.seconds_to_stop
    never = f"never/{each.never_stopped}" if each.never_stopped else ""
    return (
        f"{each.name:22} {_amount(each.sends, 0):>14} {_amount(each.lost_usd, 2):>16}"
        f" {each.lost_usd_at_most.mean:9,.2f} {each.undefended_usd.mean:13,.0f}"
        f" {f'{stop.mean:.0f}' if stop else never:>8}"
        f" {_percent(each.refused_in_window):>18} {each.refused_in_month.mean:8.2%}"
        f" {_percent(each.asked_in_window):>18} {each.asked_in_month.mean:8.2%}"
        f"{' *' if each.estimated else ''}"
    )


def _amount(spread: Spread, digits: int) -> str:
    return f"{spread.mean:,.{digits}f} ± {spread.deviation:,.{digits}f}"


def _percent(spread: Spread) -> str:
    return f"{spread.mean:.2%} ± {spread.deviation:.2%}"
