"""Whether it stays flat as tables grow: `python -m tests.benchmarks.growth [--rows 1e4,1e5,1e6]`.

A database for each size on one private PostgreSQL with durable commits, a process for each. Every
table of what people do has so many rows: challenges, deliveries, grants, events, users,
memberships, login sessions. The challenges, deliveries and grants are all one person's; every
300th grant is live. Statistics are fresh, and statements have been repeated until their plans are
generic.

Each round runs the sizes in shuffled order and compares within the round. Timed is the act alone, a
request from Django's test client to its response or one round of the sweep. Left out: filling the
tables, making the hundred timers that come due and ending them afterwards. The message of each
goes to Redis, which is timed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from django.db import connection

from tests.benchmarks.command import Asked, run
from tests.benchmarks.crew import Hand
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.ground import ground
from tests.benchmarks.rounds import compare, measure

ACTS = "tests.benchmarks.acts.growth"
SIZES, SMALL = (10_000, 100_000, 1_000_000), (100, 1000)
ROUNDS, WARM = 15, 8
ASKED = at_most(1.5)
NAMES = (
    *("guard of a person with many grants", "sweep, nothing due", "sweep, 100 due"),
    *("Security page of that person", "admin, list of challenges", "admin, list of deliveries"),
    *("admin, list of memberships", "admin, list of grants", "admin, list of login sessions"),
)
TIMES = {"guard of a person with many grants": 10, "sweep, nothing due": 100}
"""How often in a turn; once what takes longer."""


def main(asked: Asked) -> Sequence[Figure]:
    """Measure all sizes against the least."""
    rounds = asked.rounds or (2 if asked.small else ROUNDS)
    sizes = sorted(asked.rows or (SMALL if asked.small else SIZES))
    settings = "tests.benchmarks.growing"
    with ground(settings=settings, migrate=False), _hands(sizes) as hands:
        return [figure for name in NAMES for figure in _rows(hands, name, rounds)]


@contextmanager
def _hands(sizes: Sequence[int]) -> Iterator[Mapping[int, Hand]]:
    """A process for each size, with its own database filled; one after another, for disk's sake."""
    hands: dict[int, Hand] = {}
    server = os.environ["OTPGUARD_TEST_DATABASE"].rpartition("/")[0]
    try:
        for size in sizes:
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE rows_{size}")
            env = {"OTPGUARD_TEST_DATABASE": f"{server}/rows_{size}"}
            hands[size] = Hand(ACTS, size, env)
            hands[size].answer()
            print(f"{size:,} rows a table are there", file=sys.stderr, flush=True)
        yield hands
    finally:
        for hand in hands.values():
            hand.end()


def _rows(hands: Mapping[int, Hand], name: str, rounds: int) -> list[Figure]:
    """One for each size but the least, which is its peer."""
    least, *larger = hands
    notes = {}
    for size, hand in hands.items():
        for _ in range(WARM):
            _milliseconds(hand, name)
        hand.tell("statements", name)
        notes[_label(size)] = f"{hand.answer()} statements"
    turns = {_label(size): partial(_milliseconds, hand, name) for size, hand in hands.items()}
    found = measure(turns, rounds)
    return [
        compare(
            *(found, name, _label(size)), unit="ms", peer=_label(least), asked=ASKED, notes=notes
        )
        for size in larger
    ]


def _label(size: int) -> str:
    return f"{size:,} rows"


def _milliseconds(hand: Hand, name: str) -> float:
    times = TIMES.get(name, 1)
    hand.tell("seconds", name, times)
    return float(hand.answer()) / times * 1e3


if __name__ == "__main__":
    sys.exit(run(__doc__, main))
