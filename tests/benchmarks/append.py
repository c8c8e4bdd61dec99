"""What an audit event costs: `python -m tests.benchmarks.append`.

One writer, then eight processes; a private PostgreSQL with durable commits. Rows of all contenders
have the same size and go into the same table with all its indexes.

Timed is one event with its own transaction and commit:

- otpguard: the body is built, its private part encrypted, the MAC computed, the row written.
- ORM create: the same row from values that are there, without encryption and MAC.
- psycopg INSERT, the limit: the same without Django.

Left out: nothing of ours. The others make a random id and compute nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module

from tests.benchmarks.command import Asked, run
from tests.benchmarks.crew import Crew, alone, processes
from tests.benchmarks.figures import Ask, Figure, at_least
from tests.benchmarks.ground import ground
from tests.benchmarks.rounds import compare, measure, rates

ACTS = "tests.benchmarks.acts.append"
MANY = 8
ROUNDS, TIMES, TIMES_OF_MANY, WARM = 9, 100, 40, 20
CONTENDERS = ("otpguard", "ORM create", "psycopg INSERT")


def main(asked: Asked) -> Sequence[Figure]:
    """Measure one writer and many."""
    rounds = asked.rounds or (1 if asked.small else ROUNDS)
    times, of_many = (3, 3) if asked.small else (TIMES, TIMES_OF_MANY)
    with ground(settings="tests.benchmarks.peers"):
        crew = alone(import_module(ACTS).acts(None))
        one = _row(crew, "1 writer", rounds, times, at_least(0.75, "limit"))
        with processes(ACTS, [None] * MANY) as crew:
            many = _row(crew, f"{MANY} writers", rounds, of_many, at_least(0.60, "limit"))
    return [one, many]


def _row(crew: Crew, who: str, rounds: int, times: int, asked: Ask) -> Figure:
    for name in CONTENDERS:
        crew(name, WARM)
    found = rates(measure({name: partial(crew, name, times) for name in CONTENDERS}, rounds))
    ours, peer, limit = CONTENDERS
    work = f"audit append, {who}"
    return compare(found, work, ours, unit="/s", peer=peer, limit=limit, asked=asked)


if __name__ == "__main__":
    sys.exit(run(__doc__, main))
