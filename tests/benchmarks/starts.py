"""What the defense against pumping costs a start: `python -m tests.benchmarks.starts`.

One writer, then eight processes; a private PostgreSQL with durable commits. Everybody starts once:
a visitor of an organization past its strict days, who has opened the link in their e-mail, with a
US number, a client IP and a mailbox of their own, from a network that the data knows. Prefixes and
organizations are few, as on a busy site: what a process reads of each once a day is read early.

Timed is one start, from its first statement to its commit and the call of the worker:

- whole defense: `check_form` and `start_number_challenge`, all layers on by default and the
  network file. No vendor is asked about the number.
- no defense, the limit: the same challenge, delivery and event under four caps. No setting
  switches velocity, money and the record off, so the act puts the same parts together without
  them.
- a member's, beside it for scale: the step-up start of a confirmed number, which no layer looks
  at. It reads person, factor and proofs besides, and writes all in few statements.

Left out on every side: HTTP, sessions, showing the form, the e-mail, making the people.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

from tests.benchmarks.command import Asked, run
from tests.benchmarks.crew import Acts, Crew, alone, processes, statements
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.ground import ground
from tests.benchmarks.networks import VARIABLE, make_file
from tests.benchmarks.rounds import compare, measure

ACTS = "tests.benchmarks.acts.starts"
MANY = 8
ROUNDS, TIMES, TIMES_OF_MANY, WARM = 9, 25, 8, 15
CONTENDERS = ("whole defense", "no defense", "a member's")
ASKED = at_most(1.25, "limit")


def main(asked: Asked) -> Sequence[Figure]:
    """Measure one writer and many."""
    rounds = asked.rounds or (1 if asked.small else ROUNDS)
    times, of_many = (3, 3) if asked.small else (TIMES, TIMES_OF_MANY)
    warm = 3 if asked.small else WARM
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "networks.mmdb"
        make_file(path)
        os.environ[VARIABLE] = str(path)
        with ground(settings="tests.benchmarks.defended"):
            module = import_module(ACTS)
            each = rounds * times + warm + 1
            acts = module.acts(module.fuel(each))
            one = _row(alone(acts), "1 writer", rounds, times, warm, acts=acts)
            made = module.fuel(MANY * (rounds * of_many + warm))
            shares = [{name: all_[n::MANY] for name, all_ in made.items()} for n in range(MANY)]
            with processes(ACTS, shares) as crew:
                many = _row(crew, f"{MANY} writers", rounds, of_many, warm)
    return [one, many]


def _row(
    crew: Crew, who: str, rounds: int, times: int, warm: int, *, acts: Acts | None = None
) -> Figure:
    for name in CONTENDERS:
        crew(name, warm)  # what is imported, prepared or cached at the first times
    notes = {name: f"{statements(acts[name])} statements" for name in CONTENDERS} if acts else {}
    found = measure({name: partial(crew, name, times) for name in CONTENDERS}, rounds)
    in_ms = {name: [seconds * 1e3 for seconds in each] for name, each in found.items()}
    ours, limit, peer = CONTENDERS
    return compare(
        in_ms,
        f"start of a visitor, {who}",
        ours,
        unit="ms",
        peer=peer,
        limit=limit,
        asked=ASKED,
        notes=notes,
    )


if __name__ == "__main__":
    sys.exit(run(__doc__, main))
