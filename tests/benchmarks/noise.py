"""How noisy the machine was: a fixed piece of work again and again, stolen time, load."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

TURNS = 5
LOOPS = 200_000
STEAL = 7
"""Which of the counters in /proc/stat is time that the hypervisor took."""


def probe() -> float:
    """Milliseconds of a loop that is always the same: its spread is the machine's."""
    began = time.perf_counter()
    total = 0
    for number in range(LOOPS):
        total += number * number
    return (time.perf_counter() - began) * 1e3


def counters() -> list[int]:
    """Ticks of all processors by what they did; empty where there is no /proc/stat."""
    stat = Path("/proc/stat")
    return list(map(int, stat.read_text().split("\n")[0].split()[1:9])) if stat.exists() else []


def stolen(before: list[int], after: list[int]) -> float | None:
    """Percent of the time between that was taken by others; None where nobody counts it."""
    if not before or not after:
        return None
    spent = [late - early for early, late in zip(before, after, strict=True)]
    return 100 * spent[STEAL] / sum(spent) if sum(spent) else None


@dataclass
class Noise:
    """Gathered before, between and after the benchmarks."""

    probes: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    began: list[int] = field(default_factory=counters)

    def look(self) -> None:
        """Probe the machine now. The load is read first, so that it is not the probe's."""
        self.loads.append(os.getloadavg()[0])
        self.probes += [probe() for _ in range(TURNS)]

    def as_json(self) -> dict[str, Any]:
        """The figures of the line."""
        return {
            "probe_ms": [min(self.probes), median(self.probes), max(self.probes)],
            "steal_percent": stolen(self.began, counters()),
            "load": [min(self.loads), max(self.loads)],
            "processors": os.cpu_count(),
        }

    def __str__(self) -> str:
        found = self.as_json()
        least, middle, most = found["probe_ms"]
        steal = found["steal_percent"]
        taken = "steal unknown" if steal is None else f"steal {steal:.1f} %"
        low, high = found["load"]
        return (
            f"Noise: probe {least:.1f} / {middle:.1f} / {most:.1f} ms (min / median / max),"
            f" {taken}, load {low:.1f} to {high:.1f} on {found['processors']} processors."
        )
