"""How late fallback timers are: `python -m tests.benchmarks.timers [--rows 1e5]`.

Timed from the moment a timer is due until the message that follows has reached the broker, where
the benchmark takes it at once. One worker sweeps and sends BUSY other messages a second meanwhile,
to a vendor that answers in 50 ms. They are of TENANTS organizations with their caps of messages.
Commits wait for the disk. `--rows` is how many challenges and deliveries there are besides, long
over.

First timers come due one after another, then BURST at the same moment. Then the worker is killed,
timers come due meanwhile, and it is measured how soon after the start of the next process all have
been published.

Left out: the messages that follow are not sent (a trigger marks them as sent), so that what is
measured is the timer; `tests.benchmarks.sends` measures sends.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import redis
from django.db import connection
from django.utils import timezone

from tests.benchmarks.command import Asked, run
from tests.benchmarks.figures import Ask, Figure, Side, at_most
from tests.benchmarks.ground import Worker, challenges, ground, wait_for, workers
from tests.celery_app import app
from tests.crash.vendor import FakeVendor
from tests.growth import multiply, settle

RATE = 300
SECONDS = 8
BURST = 2000
KILLED = 200
BUSY = 40
TENANTS = 20
ROWS = 100_000
SWEEP = Side("half a sweep", 125, "ms")
ASKED = {
    "steady": {"p50": at_most(140, "ours"), "p99": at_most(270, "ours"), "worst": None},
    "burst": {"p50": None, "p99": at_most(900, "ours"), "worst": None},
}
ASKED_RESTART = at_most(2.0, "ours")
MARK_AS_SENT = """
CREATE FUNCTION mark_as_sent() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.state := 'sent'; RETURN NEW; END $$;
CREATE TRIGGER mark_as_sent BEFORE INSERT ON otpguard_delivery
  FOR EACH ROW WHEN (NEW.step > 0) EXECUTE FUNCTION mark_as_sent();
"""


class Arrivals:
    """Takes from the broker what is published, and notes when."""

    def __init__(self) -> None:
        self._server = redis.Redis.from_url(os.environ["OTPGUARD_TEST_REDIS"])
        self._raw: list[tuple[float, bytes]] = []
        self._stopped = Event()

    def __len__(self) -> int:
        return len(self._raw)

    @contextmanager
    def noted(self) -> Iterator[Arrivals]:
        """While the block runs."""
        thread = Thread(target=self._take, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stopped.set()
            thread.join()

    def clear(self) -> None:
        """Forget what has come so far."""
        self._raw.clear()

    def by_delivery(self) -> list[tuple[str, float]]:
        """The id of each message's delivery, and when the message came."""
        found = []
        for at, raw in self._raw:
            _, named, _ = json.loads(b64decode(json.loads(raw)["body"]))
            found.append((str(named["delivery_id"]), at))
        return found

    def _take(self) -> None:
        while not self._stopped.wait(0.004):
            taken = self._server.rpop("celery", 1000)
            now = time.time()
            self._raw += [(now, raw) for raw in taken or ()]


def main(asked: Asked) -> Sequence[Figure]:
    """Measure; raises RuntimeError when a timer was lost, early or fired twice."""
    number, burst, killed = (60, 60, 20) if asked.small else (RATE * SECONDS, BURST, KILLED)
    [rows] = asked.rows or ((100,) if asked.small else (ROWS,))
    with ground() as home:
        _run(MARK_AS_SENT)
        _fill(rows)
        arrivals = Arrivals()
        found: list[Figure] = []
        with FakeVendor(seconds=0.05) as vendor, arrivals.noted():
            os.environ["OTPGUARD_TEST_VENDOR"] = vendor.url
            with workers(home, 1, queue="busy", threads=4), _busy():
                step = timedelta(seconds=1 / RATE)
                found += _measure("steady", [step * each for each in range(number)], arrivals)
                found += _measure("burst", [timedelta(0)] * burst, arrivals)
            found.append(_after_a_kill(home, arrivals, killed))
        return found


def _fill(rows: int) -> None:
    """Tables as they are after a while: all of it is over."""
    from otpguard.models import Challenge, Delivery  # noqa: PLC0415 (needs Django to be set up)
    from tests import factories  # noqa: PLC0415 (the same)

    for _ in range(TENANTS):
        factories.tenant()
    challenges([None], state="sent", provider_ref=None)
    minutes = "interval '1 minute' * n"
    same, ago = "md5('c' || n)::uuid", f"t.created_at - {minutes}"
    over = {"state": "'expired'", "closed_at": ago, "expires_at": f"t.expires_at - {minutes}"}
    multiply(Challenge.objects.get(), rows, id=same, created_at=ago, **over)
    multiply(Delivery.objects.get(), rows, challenge_id=same, created_at=ago)
    settle()


@contextmanager
def _busy() -> Iterator[None]:
    """While the block runs, BUSY messages a second are sent."""
    later = timezone.now() + timedelta(days=1)
    ids = iter(challenges([None] * BUSY * 120, created_at=later, receipts=True, country="US"))
    stopped = Event()

    def publish() -> None:
        while not stopped.wait(1 / BUSY):
            app.send_task("otpguard.deliver", kwargs={"delivery_id": next(ids)}, queue="busy")

    thread = Thread(target=publish, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _measure(name: str, offsets: Sequence[timedelta], arrivals: Arrivals) -> list[Figure]:
    arrivals.clear()
    begin = timezone.now() + timedelta(seconds=3 + len(offsets) / 600)
    dues = _due_at([begin + offset for offset in offsets])
    if timezone.now() > begin:
        raise RuntimeError("the rows took too long to make")
    wait_for(lambda: timezone.now() > begin + offsets[-1], seconds=120)
    wait_for(lambda: len(arrivals) >= len(offsets), seconds=60)
    found = _challenges_of(arrivals)
    drifts = [at - dues[challenge] for challenge, at in found]
    _all_once(name, len(dues), Counter(challenge for challenge, _ in found))
    if min(drifts) < 0:
        raise RuntimeError(f"{name}: a timer was early")
    quantiles = statistics.quantiles(drifts, n=100)
    values = {"p50": quantiles[49], "p99": quantiles[98], "worst": max(drifts)}
    kind = f"at {RATE}/s" if name == "steady" else "due at once"
    asks: dict[str, Ask | None] = ASKED[name]
    return [
        Figure(
            work=f"timers, {len(offsets):,} {kind}, due to published, {which}",
            ours=Side("otpguard", value * 1e3, "ms"),
            limit=SWEEP if name == "steady" and which == "p50" else None,
            asked=asks[which],
        )
        for which, value in values.items()
    ]


def _all_once(name: str, number: int, times: Counter[str]) -> None:
    lost, doubles = number - len(times), sum(times.values()) - len(times)
    if lost or doubles:
        raise RuntimeError(f"{name}: {lost} timers lost, {doubles} fired twice")


def _due_at(moments: Sequence[datetime]) -> dict[str, float]:
    """Challenges with these timers: when each is due."""
    from otpguard.models import Challenge, Delivery, Tenant  # noqa: PLC0415 (needs Django to be set up)

    of_these = list(Tenant.objects.values_list("pk", flat=True))
    ids = challenges(moments, tenants=of_these, state="sent", provider_ref=None)
    of = Delivery.objects.filter(pk__in=ids).values_list("challenge", flat=True)
    rows = Challenge.objects.filter(pk__in=list(of)).values_list("pk", "due_at")
    return {str(pk): due.timestamp() for pk, due in rows if due is not None}


def _challenges_of(arrivals: Arrivals) -> list[tuple[str, float]]:
    from otpguard.models import Delivery  # noqa: PLC0415 (needs Django to be set up)

    came = arrivals.by_delivery()
    rows = Delivery.objects.filter(pk__in=[pk for pk, _ in came]).values_list("pk", "challenge")
    of = {str(pk): str(challenge) for pk, challenge in rows}
    return [(of[pk], at) for pk, at in came]


def _after_a_kill(home: Path, arrivals: Arrivals, number: int) -> Figure:
    with workers(home, 1, queue="busy", threads=4) as running:
        due = timezone.now() + timedelta(seconds=3)
        _due_at([due] * number)
        running[0].kill()
    wait_for(lambda: timezone.now() > due, seconds=10)
    arrivals.clear()
    began = time.time()
    worker = Worker(home, queue="busy", threads=4)
    try:
        wait_for(lambda: len(arrivals) >= number, seconds=30)
    finally:
        worker.kill()
    found = _challenges_of(arrivals)
    took = max(at for _, at in found) - began
    _all_once("after a kill", number, Counter(challenge for challenge, _ in found))
    work = f"{number} timers due while no worker runs, published after a process starts"
    return Figure(work=work, ours=Side("otpguard", took, "s"), asked=ASKED_RESTART)


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


if __name__ == "__main__":
    sys.exit(run(__doc__, main))
