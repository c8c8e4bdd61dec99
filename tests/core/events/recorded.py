"""The record of all kinds of events and their fields: `python -m tests.core.events.recorded`.

It adds what is new, with the release in which it came, and takes nothing away: a kind or a field
that is gone from the code makes a test fail.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import otpguard
from otpguard.core.events.base import CATALOG, field_names

FILE = Path(__file__).parents[3] / "docs" / "event-kinds.json"

Recorded = dict[str, dict[str, Any]]


def recorded() -> Recorded:
    """The record as it is kept: of each code the release it came in, and its fields with theirs."""
    found: Recorded = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def grown(before: Mapping[str, Any]) -> Recorded:
    """The record with the kinds and fields of the code added."""
    found: Recorded = {code: {**entry} for code, entry in before.items()}
    for kind in CATALOG:
        entry = found.setdefault(kind.code, {"since": otpguard.__version__, "fields": {}})
        known = entry["fields"]
        new = {name: otpguard.__version__ for name in field_names(kind) if name not in known}
        entry["fields"] = {**known, **new}
    return dict(sorted(found.items()))


def lost(before: Mapping[str, Any]) -> list[str]:
    """Kinds and fields of a record that the code has no more."""
    now = {kind.code: set(field_names(kind)) for kind in CATALOG}
    gone = [code for code in before if code not in now]
    fields = [
        f"{code}: {name}"
        for code, entry in before.items()
        for name in entry["fields"]
        if name not in now.get(code, {name})
    ]
    return [*gone, *fields]


def text(record: Mapping[str, Any]) -> str:
    """The record as it is kept, a kind a line, so that two changes at once rarely meet."""
    lines = (f"{json.dumps(code)}: {json.dumps(entry)}" for code, entry in record.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(text(grown(recorded() if FILE.exists() else {})), encoding="utf-8")
