"""What sealing costs: `python -m tests.benchmarks.sealing`.

A private PostgreSQL with durable commits. Timed:

- append, a sealer beside it: one event and its commit while another process seals without a pause,
  ten times as often as workers do and more. Its peer is the same with that process stopped.
- sealing: events a second of one pass of a thousand, and of five thousand, the most that a pass
  takes. The limit only reads the same rows.
- proof: one event's place, its inclusion proof and the signed head, in a log of so many events; the
  95th of a hundred, which is to stay below 20 ms. The limit reads the event alone.

Left out: HTTP, the check of the event's own MAC, publishing.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module

from tests.benchmarks.command import Asked, run
from tests.benchmarks.figures import Figure, Side, at_least, at_most
from tests.benchmarks.ground import ROOT, ground
from tests.benchmarks.rounds import compare, measure, rates

ACTS = "tests.benchmarks.acts.sealing"
ROUNDS, TIMES, SAMPLE = 9, 100, 100
PASSES = (1_000, 5_000)
ROWS = (100_000, 1_000_000)
SMALL_ROWS = (2_000,)
P95 = 0.95
SEALER = """
import django
django.setup()
from django.utils import timezone
from otpguard.flows.audit.seal import seal_events
print("ready", flush=True)
while True:
    seal_events(now=timezone.now())
"""


def main(asked: Asked) -> Sequence[Figure]:
    """Measure appending, sealing and proofs."""
    rounds = asked.rounds or (1 if asked.small else ROUNDS)
    times = 5 if asked.small else TIMES
    sizes = asked.rows or (SMALL_ROWS if asked.small else ROWS)
    with ground(settings="tests.benchmarks.peers"):
        found = [_append(rounds, times), *(_seal(rounds, number) for number in PASSES)]
        found += [_proof(size) for size in sizes]
    return found


@contextmanager
def _sealer() -> Iterator[subprocess.Popen[str]]:
    """A process that seals without a pause, stopped at first."""
    process = subprocess.Popen(
        [sys.executable, "-c", SEALER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGSTOP)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _append(rounds: int, times: int) -> Figure:
    act = import_module("tests.benchmarks.acts.append").acts(None)["otpguard"]
    with _sealer() as process:

        def turn(*, sealing: bool) -> float:
            if sealing:
                process.send_signal(signal.SIGCONT)
            took: float = act.seconds(times)
            process.send_signal(signal.SIGSTOP)
            return took / times

        turn(sealing=True)
        turns = {"sealing": partial(turn, sealing=True), "quiet": partial(turn, sealing=False)}
        found = rates(measure(turns, rounds))
    work = "append, a sealer beside it"
    return compare(found, work, "sealing", unit="/s", peer="quiet", asked=at_least(0.5))


def _seal(rounds: int, number: int) -> Figure:
    act = import_module(ACTS)
    turns = {"sealing": partial(act.seal_pass, number), "reading": partial(act.read_pass, number)}
    found = rates(measure(turns, rounds))
    work = f"sealing, {number} events a pass"
    return compare(found, work, "sealing", unit="/s", limit="reading")


def _proof(size: int) -> Figure:
    act = import_module(ACTS)
    proofs, reads = act.proof_times(act.log_of_size(size), SAMPLE)
    ours, limit = (each[int(SAMPLE * P95)] * 1000 for each in (proofs, reads))
    return Figure(
        work=f"inclusion proof among {size} events, p95",
        ours=Side("proof", ours, "ms"),
        limit=Side("one read", limit, "ms"),
        to_limit=ours / limit,
        asked=at_most(20.0, "ours"),
    )


if __name__ == "__main__":
    sys.exit(run(__doc__, main))
