"""What the tests of the simulation share: a world of its own and people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from otpguard.simulation.arrival import Arrival
from otpguard.simulation.driver import make_tenant
from otpguard.simulation.play import BEGAN
from otpguard.simulation.stores import SqliteFile
from otpguard.simulation.throwaway import simulated_world


@contextmanager
def world(folder: Path) -> Iterator[str]:
    """A new database in `folder`; yields the key of its organization."""
    with simulated_world(SqliteFile(folder, "tests")):
        yield make_tenant(now=BEGAN)


def somebody(number: str = "+12015550123", **changed: Any) -> Arrival:
    """Somebody at home who answers after 10 seconds."""
    known: dict[str, Any] = {
        "at": 0.0,
        "number": number,
        "country": "US",
        "client_ip": "24.0.0.1",
        "browser": "b" * 32,
        "mailbox": "kim@company.example",
        "answers_after": 10.0,
    }
    return Arrival(**{**known, **changed})


def nobody_watches(_share: float) -> None:
    """For runs whose progress no test looks at."""
