"""Does the page that asks for a new password take the same time for every e-mail address?

    python -m tests.benchmarks.reset_timing [SAMPLES]

Requests for known and unknown e-mail addresses are interleaved; Welch's t compares their times. A
positive control runs in the same harness: one more query in the known path. If it does not show,
the run is void, for the harness could not have seen a leak either: on a busy machine it takes 8,000
samples, not 2,000, to show.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from statistics import fmean, variance
from time import perf_counter

from tests.benchmarks.ground import ground

SAMPLES = 2_000
WARM = 60
EACH = 4
"""Requests for one mailbox, within its limit of five an hour."""
PER_IP = 8
LIMIT = 4.5
KEPT = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds of requests for known and for unknown e-mail addresses."""

    known: list[float]
    unknown: list[float]

    def t(self, *, kept: float = KEPT) -> float:
        """Welch's t over the fastest share of each side: what a busy machine adds is left out."""
        return welch(_fastest(self.known, kept), _fastest(self.unknown, kept))


def welch(left: list[float], right: list[float]) -> float:
    """Welch's t of two samples."""
    spread = variance(left) / len(left) + variance(right) / len(right)
    return float((fmean(left) - fmean(right)) / spread**0.5)


def is_void(control: float) -> bool:
    """Whether the harness would have missed a leak of one query."""
    return abs(control) <= LIMIT


def _fastest(times: list[float], kept: float) -> list[float]:
    return sorted(times)[: max(2, int(len(times) * kept))]


def interleaved(send: Callable[[str, str], None], *, samples: int, leak: str = "") -> Times:
    """The times of `samples` requests of each kind, in a random order of pairs."""
    random, times = Random(7), Times(known=[], unknown=[])
    for number in range(samples):
        ip = f"2001:{len(leak) + 1:x}:{number // PER_IP:x}::1"
        pair = [("known", times.known), ("unknown", times.unknown)]
        random.shuffle(pair)
        for kind, found in pair:
            email = f"{kind}{leak}{number // EACH}@example.com"
            began = perf_counter()
            send(email, ip)
            found.append(perf_counter() - began)
    return times


def main() -> int:
    """Measure, print, and say by the exit code whether the page keeps its secret."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    with ground():
        from tests.benchmarks.acts.resets import HONEST, LEAKY, prepare, sender  # noqa: PLC0415 (set up now)

        prepare(samples // EACH + 1)
        interleaved(sender(HONEST), samples=WARM, leak="warm")
        honest = interleaved(sender(HONEST), samples=samples)
        leaking = interleaved(sender(LEAKY), samples=samples, leak="leaky")
    t, control = honest.t(), leaking.t()
    known, unknown = fmean(honest.known) * 1000, fmean(honest.unknown) * 1000
    sys.stdout.write(
        f"samples {samples} each, interleaved\n"
        f"mean known {known:.3f} ms, unknown {unknown:.3f} ms\n"
        f"t = {t:.2f} (all samples {honest.t(kept=1.0):.2f}); must be within ±{LIMIT}\n"
        f"control, one more query: t = {control:.2f}; must be beyond ±{LIMIT}\n"
    )
    if is_void(control):
        sys.stdout.write("VOID: the control does not show\n")
        return 2
    return 0 if abs(t) < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
