"""The figures of a sweeper's last round, as a worker tells them when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRun:
    """When the last round ended, how long it took, how many rows it handled, and how many rounds
    and rows there were since the worker started. A round that failed has `failed` set."""

    ended_at: datetime
    took: timedelta
    rows: int
    rounds: int
    rows_in_all: int
    failed: bool = False

    def data(self) -> dict[str, Any]:
        """The figures as JSON can carry them."""
        return {
            "ended_at": self.ended_at.isoformat(),
            "took": self.took.total_seconds(),
            "rows": self.rows,
            "rounds": self.rounds,
            "rows_in_all": self.rows_in_all,
            "failed": self.failed,
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> SweepRun | None:
        """What `data` has written; None for anything else, such as the answer of another
        version."""
        try:
            return cls(
                ended_at=datetime.fromisoformat(data["ended_at"]),
                took=timedelta(seconds=float(data["took"])),
                rows=int(data["rows"]),
                rounds=int(data["rounds"]),
                rows_in_all=int(data["rows_in_all"]),
                failed=bool(data["failed"]),
            )
        except (KeyError, TypeError, ValueError):
            return None

    def following(
        self, *, ended_at: datetime, took: timedelta, rows: int, failed: bool
    ) -> SweepRun:
        """The figures after one more round."""
        return SweepRun(
            ended_at=ended_at,
            took=took,
            rows=rows,
            rounds=self.rounds + 1,
            rows_in_all=self.rows_in_all + rows,
            failed=failed,
        )
