"""Bodies of purges."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

AT = datetime(2026, 5, 10, tzinfo=UTC)
BEFORE = datetime(2025, 5, 1, tzinfo=UTC)
DATA = {"below": 7, "before": BEFORE.isoformat(), "years": 1, "root": "00" * 32, "first": 0}


def body(kind: str = "retention.purged", **data: Any) -> str:
    return json.dumps({"kind": kind, "at": AT.isoformat(), "data": {**DATA, **data}})
