"""A job that says which process it runs in, and then waits in the middle of its rows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from otpguard.releases.jobs import ReleaseOrder

ROWS = 20_000
"""Several chunks of a file, so that half of it lies in the storage when the worker dies."""

PATIENCE_SECONDS = 60


def deadly(order: ReleaseOrder) -> Iterator[dict[str, object]]:
    """ROWS rows; after half of them each of the first DEATHS tries waits for its death."""
    home = Path(order.arguments["home"])
    tries = len(list(home.glob("pid-*")))
    for number in range(ROWS):
        if number == ROWS // 2 and tries < int(order.arguments["deaths"]):
            (home / f"pid-{tries}").write_text(str(os.getpid()))
            time.sleep(PATIENCE_SECONDS)
        yield {"number": number, "text": "x" * 20}
