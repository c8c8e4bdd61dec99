"""What a code costs from its start to the right answer: `python -m tests.benchmarks.verify`.

One thread, eight threads of one process, eight processes; a private PostgreSQL with durable
commits. Everybody starts once. Timed, on each side from the first statement to the last commit:

- otpguard: start (caps, audit, publish to Redis), deliver through a vendor in memory with its
  receipt, right answer. The worker's part takes the delivery's id out of the published message.
- EmailDevice: django-otp with its defaults, into a mailbox in memory. Each of its two steps reads
  the person and the device, as two requests do. It has neither caps nor an audit log, and
  publishes nothing.
- otpguard, app: start and right answer by an authenticator app. Its peer TOTPDevice only verifies,
  for there is nothing to start; it has a throttle, and neither caps nor an audit log.
- full work, the limit: psycopg alone; five caps counted under their locks, the code and an audit
  row in a transaction of one round trip, then the answer and an audit row in one statement. It
  publishes nothing and encrypts nothing.

Left out on every side: HTTP, sessions, reading the message that arrived, making the people.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import Any

from tests.benchmarks.command import Asked, run
from tests.benchmarks.crew import Crew, alone, processes, threads
from tests.benchmarks.figures import Figure, at_least
from tests.benchmarks.ground import ground
from tests.benchmarks.rounds import compare, measure, rates

ACTS = "tests.benchmarks.acts.verify"
MANY = 8
ROUNDS, TIMES, TIMES_OF_MANY, WARM = 7, 25, 8, 15
SENT = ("otpguard", "EmailDevice", "full work")
APPS = ("otpguard, app", "TOTPDevice")
ASKED, ASKED_OF_APPS = at_least(1.6), at_least(0.6)


def main(asked: Asked) -> Sequence[Figure]:
    """Measure all of it."""
    rounds = asked.rounds or (1 if asked.small else ROUNDS)
    times, of_many = (2, 2) if asked.small else (TIMES, TIMES_OF_MANY)
    warm = 3 if asked.small else WARM
    found = []
    with ground(settings="tests.benchmarks.peers") as _home:
        import_module(ACTS).make_tables()
        with _one(rounds * times + warm) as crew:
            found += _rows(crew, "1 thread", rounds, times, warm)
            seconds = _seconds(crew, APPS, rounds, times, warm)
            work = "start and verify by app, 1 thread"
            unit: dict[str, Any] = {"unit": "/s", "peer": APPS[1], "asked": ASKED_OF_APPS}
            found.append(compare(rates(seconds), work, APPS[0], **unit))
        each = rounds * of_many + warm
        with _threads(each) as crew:
            found += _rows(crew, f"{MANY} threads", rounds, of_many, warm)
        with _processes(each) as crew:
            found += _rows(crew, f"{MANY} processes", rounds, of_many, warm)
    return found


@contextmanager
def _one(number: int) -> Iterator[Crew]:
    module = import_module(ACTS)
    yield alone(module.acts(module.fuel(number, apps=number)))


@contextmanager
def _threads(each: int) -> Iterator[Crew]:
    module = import_module(ACTS)
    with threads(MANY, module.acts(module.fuel(MANY * each))) as crew:
        yield crew


@contextmanager
def _processes(each: int) -> Iterator[Crew]:
    made = import_module(ACTS).fuel(MANY * each)
    shares = [{name: all_[n::MANY] for name, all_ in made.items()} for n in range(MANY)]
    with processes(ACTS, shares) as crew:
        yield crew


def _rows(crew: Crew, who: str, rounds: int, times: int, warm: int) -> list[Figure]:
    found = rates(_seconds(crew, SENT, rounds, times, warm))
    ours, peer, limit = SENT
    work = f"start, deliver and verify, {who}"
    return [compare(found, work, ours, unit="/s", peer=peer, limit=limit, asked=ASKED)]


def _seconds(
    crew: Crew, names: Sequence[str], rounds: int, times: int, warm: int
) -> dict[str, list[float]]:
    for name in names:
        crew(name, warm)  # what is imported, prepared or cached at the first times
    return dict(measure({name: partial(crew, name, times) for name in names}, rounds))


if __name__ == "__main__":
    sys.exit(run(__doc__, main))
