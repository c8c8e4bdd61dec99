"""A million rows through the row writer, plain and encrypted: `python -m tests.benchmarks.release`.

Prints rows a second of both, their ratio (0.9 is asked for), and the peak of resident memory.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from otpguard.core.release.rows import RowWriter
from otpguard.releases.encryption import KEY, PREFIX, encrypted

ROWS = 1_000_000
ASKED = 0.9
ROUNDS = 3


def rows(count: int) -> Iterator[dict[str, object]]:
    """Rows as a contact list has them."""
    for number in range(count):
        yield {
            "id": number,
            "name": f"Person {number}",
            "email": f"person{number}@example.com",
            "city": "Göttingen",
            "note": "=not a formula",
        }


def written(path: Path, count: int, *, locked: bool) -> float:
    """Seconds for one file."""
    began = perf_counter()
    pieces = RowWriter("csv").pieces(rows(count))
    if locked:
        key, prefix = os.urandom(KEY), os.urandom(PREFIX)
        pieces = encrypted(pieces, key=key, prefix=prefix, context=b"benchmark")
    with path.open("wb") as file:
        file.writelines(pieces)
    return perf_counter() - began


def peak_mb() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Print the figures; 1 if the ratio is below what is asked for."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        written(path, 10_000, locked=True)
        small = peak_mb()
        ratios, seconds = [], (0.0, 0.0)
        for _ in range(ROUNDS):
            seconds = (
                written(path, ROWS, locked=False),
                written(path, ROWS, locked=True),
            )
            ratios.append(seconds[0] / seconds[1])
        ratio = median(ratios)
        print(f"plain {seconds[0]:.2f} s, encrypted {seconds[1]:.2f} s, ratio {ratio:.2f}")
        print(f"memory {small:.0f} MB after 10,000 rows, {peak_mb():.0f} MB after {ROWS:,}")
    return 0 if ratio >= ASKED else 1


if __name__ == "__main__":
    sys.exit(main())
