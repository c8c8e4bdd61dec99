"""What claiming, deriving, recording cost a send: `python -m tests.benchmarks.sends [messages]`.

Four workers of four threads send to a fake vendor that answers in 50 ms. The peer is a bare Celery
task that makes the same HTTP call. Both run in turn, a few rounds; the ratio is taken within a
round, because the machine is noisy. Rates are the vendor's, without the first and the last tenth.
Settings are as the README advises.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from tests.benchmarks.ground import Worker, challenges, ground, wait_for, workers
from tests.celery_app import app
from tests.crash.vendor import FakeVendor

ROUNDS = 3
WORKERS = 4
THREADS = 4
SECONDS = 0.05
ALLOWED = 0.8
GROWTH = 1.1
"""How much more memory a worker may hold after the last round than after the first."""


def main(number: int, home: Path) -> int:
    """Measure and print; 1 when sending is slower or larger than it may be."""
    with FakeVendor(seconds=SECONDS) as vendor:
        os.environ["OTPGUARD_TEST_VENDOR"] = vendor.url
        with workers(home, WORKERS, threads=THREADS) as running:
            rates: dict[str, list[float]] = {"ours": [], "bare": []}
            held: list[float] = []
            for turn in range(ROUNDS + 1):
                ours = _rate(vendor, number, _ours)
                bare = _rate(vendor, number, _bare)
                if turn:  # the first warms up
                    rates["ours"].append(ours)
                    rates["bare"].append(bare)
                    held.append(sum(map(Worker.resident, running)))
    pairs = zip(rates["ours"], rates["bare"], strict=True)
    ratio = statistics.median(ours / bare for ours, bare in pairs)
    for name, found in rates.items():
        print(
            f"{name}: min {min(found):.0f}  median {statistics.median(found):.0f}  max"
            f" {max(found):.0f} sends/s"
        )
    growth = held[-1] / held[0]
    limit = WORKERS * THREADS / SECONDS
    print(
        f"sends: {ratio:.2f} x bare tasks, allowed {ALLOWED}; {WORKERS * THREADS} threads could do"
        f" {limit:.0f}/s; memory x {growth:.2f} over {number * (ROUNDS - 1)} messages"
    )
    return int(ratio < ALLOWED or growth > GROWTH)


def _ours(number: int) -> Callable[[], None]:
    # From tomorrow on they may be stale: the sweep is not to help.
    later = timezone.now() + timedelta(days=1)
    ids = challenges([None] * number, created_at=later, receipts=True, country="US")
    return lambda: _queue("otpguard.deliver", "delivery_id", ids)


def _bare(number: int) -> Callable[[], None]:
    return lambda: _queue("tests.bare", "key", [f"bare-{each}" for each in range(number)])


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
    with ground() as place:
        asked = [int(word) for word in sys.argv[1:] if word.isdigit()]
        code = main(asked[0] if asked else 1500, place)
    sys.exit(code)
