"""What claiming, deriving, recording cost a send: `python -m tests.benchmarks.sends [--rounds 5]`.

Four workers of four threads send to a fake vendor, once to one that answers in 50 ms, once to one
that answers at once; a private PostgreSQL with durable commits, settings as the README advises.
The peer is a bare Celery task that makes the same HTTP call.

Timed is the rate at which messages reach the vendor, without the first and the last tenth: claim,
code, call, what came of it, its audit event. All messages are queued before the first is taken.
Left out on both sides: making the rows and publishing, which is part of a start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.utils import timezone

from tests.benchmarks.command import Asked, run
from tests.benchmarks.figures import Ask, Figure, Side, at_least, at_most
from tests.benchmarks.ground import Worker, challenges, ground, wait_for, workers
from tests.benchmarks.rounds import compare, measure
from tests.celery_app import app
from tests.crash.vendor import FakeVendor

ROUNDS, MESSAGES = 3, 1500
WORKERS = 4
THREADS = 4
VENDORS = (("in 50 ms", 0.05, at_least(0.85)), ("at once", 0.0, at_least(0.5)))
GROWTH = at_most(1.1, "ours")
"""How much more memory a worker may hold after the last round than after the first."""


def main(asked: Asked) -> Sequence[Figure]:
    """Measure with both vendors."""
    rounds = asked.rounds or (1 if asked.small else ROUNDS)
    number = 100 if asked.small else MESSAGES
    with ground() as home:
        return [
            figure
            for vendor in VENDORS
            for figure in _rows(home, *vendor, rounds=rounds, number=number)
        ]


def _rows(
    home: Path, answers: str, seconds: float, ask: Ask, *, rounds: int, number: int
) -> list[Figure]:
    with FakeVendor(seconds=seconds) as vendor:
        os.environ["OTPGUARD_TEST_VENDOR"] = vendor.url
        turns = {name: partial(_rate, vendor, number, made) for name, made in CONTENDERS.items()}
        with workers(home, WORKERS, threads=THREADS) as running:
            measure(turns, 1)  # warms up
            before = sum(map(Worker.resident, running))
            found = dict(measure(turns, rounds))
            after = sum(map(Worker.resident, running))
    limit = ""
    if seconds:
        limit = f"{WORKERS * THREADS} threads"
        found[limit] = [WORKERS * THREADS / seconds] * rounds
    work = f"sends, vendor answers {answers}"
    grown = f"{work}: memory after {number * rounds} more"
    return [
        compare(found, work, "otpguard", unit="/s", peer="bare task", limit=limit, asked=ask),
        Figure(work=grown, ours=Side("workers", after / before, "x"), asked=GROWTH),
    ]


def _ours(number: int) -> Callable[[], None]:
    # From tomorrow on they may be stale: the sweep is not to help.
    later = timezone.now() + timedelta(days=1)
    ids = challenges([None] * number, created_at=later, receipts=True, country="US")
    return lambda: _queue("otpguard.deliver", "delivery_id", ids)


def _bare(number: int) -> Callable[[], None]:
    return lambda: _queue("tests.bare", "key", [f"bare-{each}" for each in range(number)])


CONTENDERS = {"otpguard": _ours, "bare task": _bare}


def _queue(task: str, name: str, ids: list[str]) -> None:
    with app.producer_or_acquire() as producer:
        for each in ids:
            app.send_task(task, kwargs={name: each}, producer=producer)


def _rate(vendor: FakeVendor, number: int, prepare: Callable[[int], Callable[[], None]]) -> float:
    publish = prepare(number)
    vendor.times.clear()
    # All are queued before the first is taken: publishing is no part of sending.
    app.control.cancel_consumer("celery", reply=True)
    publish()
    app.control.add_consumer("celery", reply=True)
    wait_for(lambda: len(vendor.times) >= number, seconds=180)
    tenth = number // 10
    times = vendor.times[tenth:-tenth]
    return len(times) / (times[-1] - times[0])


if __name__ == "__main__":
    sys.exit(run(__doc__, main))
