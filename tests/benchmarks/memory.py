"""Whether a worker's memory stays: `python -m tests.benchmarks.memory`.

Two workers of four threads, one that sends our deliveries and one that runs bare Celery tasks with
the same HTTP call, each 50,000 in ten batches, to a vendor that answers at once. What the first two
batches take is warming up. The peer shows what Celery and the allocator keep by themselves: freed
memory that the C library holds on to, in steps, up to a ceiling. Commits wait for the disk.

Nothing is timed. Told is what a worker holds at the end beyond what it held after warming up; left
out is what the process that publishes holds.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.utils import timezone

from tests.benchmarks.command import Asked, run
from tests.benchmarks.figures import Figure, Side, at_most
from tests.benchmarks.ground import Worker, challenges, ground, wait_for, workers
from tests.celery_app import app
from tests.crash.vendor import FakeVendor

MESSAGES = 50_000
BATCHES = 10
WARM = 2
ASKED = at_most(4.0, "ours")
"""How much more than the peer a worker may hold at the end than after warming up."""
SETTLED_SECONDS = 1.0


def main(asked: Asked) -> Sequence[Figure]:
    """Measure what sending keeps beyond what bare tasks keep."""
    number = 500 if asked.small else MESSAGES
    found = {}
    with ground() as home, FakeVendor(seconds=0) as vendor:
        os.environ["OTPGUARD_TEST_VENDOR"] = vendor.url
        for name, publish in (("ours", _ours), ("bare", _bare)):
            with workers(home, 1) as [worker]:
                held = [_after(vendor, worker, publish, number // BATCHES) for _ in range(BATCHES)]
            found[name] = held[-1] - held[WARM - 1]
            print(f"{name}: {'  '.join(f'{each:.1f}' for each in held)} MB", file=sys.stderr)
    sends = number * (BATCHES - WARM) // BATCHES
    more = Side("more than it", found["ours"] - found["bare"], "MB", f"+ {found['ours']:.1f} MB")
    peer = Side("bare tasks", found["bare"], "MB")
    work = f"memory that a worker gains over {sends:,} sends"
    return [Figure(work=work, ours=more, peer=peer, asked=ASKED)]


def _after(
    vendor: FakeVendor, worker: Worker, publish: Callable[[int], None], number: int
) -> float:
    vendor.times.clear()
    vendor.sent.clear()
    publish(number)
    wait_for(lambda: len(vendor.times) >= number, seconds=300)
    time.sleep(SETTLED_SECONDS)  # the last ones are recorded
    return worker.resident()


def _ours(number: int) -> None:
    # From tomorrow on they may be stale: the sweep is not to help.
    later = timezone.now() + timedelta(days=1)
    ids = challenges([None] * number, created_at=later, receipts=True, country="US")
    _queue("otpguard.deliver", "delivery_id", ids)


def _bare(number: int) -> None:
    _queue("tests.bare", "key", [f"bare-{each}" for each in range(number)])


def _queue(task: str, name: str, ids: list[str]) -> None:
    with app.producer_or_acquire() as producer:
        for each in ids:
            app.send_task(task, kwargs={name: each}, producer=producer)


if __name__ == "__main__":
    sys.exit(run(__doc__, main))
