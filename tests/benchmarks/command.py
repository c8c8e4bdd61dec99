"""The words that every benchmark understands, and how it hands its rows back."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.figures import Figure, table, write


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for. `rounds` and `rows` are empty where the benchmark's own
    sizes count."""

    small: bool = False
    rounds: int = 0
    rows: tuple[int, ...] = ()


def sizes(text: str) -> tuple[int, ...]:
    """`1e4,1e6` as numbers. Raises ValueError for anything else."""
    return tuple(int(float(word)) for word in text.split(","))


def parser(about: str | None) -> argparse.ArgumentParser:
    """Of one benchmark, or of all of them."""
    found = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    found.add_argument("--json", type=Path, help="where to write the figures")
    found.add_argument("--small", action="store_true", help="see that it works; shows no speed")
    found.add_argument("--rounds", type=int, default=0, help="how many")
    found.add_argument("--rows", type=sizes, default=(), help="rows a table, such as 1e4,1e6")
    return found


def run(about: str | None, main: Callable[[Asked], Sequence[Figure]]) -> int:
    """Measure, print a table, write the JSON; 1 when a row is not as was asked."""
    words = parser(about).parse_args()
    found = main(Asked(small=words.small, rounds=words.rounds, rows=words.rows))
    print(table(found))
    if words.json:
        write(found, words.json)
    return int(any(figure.met is False for figure in found))
