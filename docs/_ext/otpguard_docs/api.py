"""Every address of the API, from the description that is checked in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "openapi.json"


def lines() -> list[str]:
    """A table for each tag."""
    paths = json.loads(FILE.read_text(encoding="utf-8"))["paths"]
    tables: dict[str, list[str]] = {}
    for path, methods in paths.items():
        for method, about in methods.items():
            [tag] = about["tags"]
            tables.setdefault(tag, []).append(row(path, method, about))
    found: list[str] = []
    for tag, rows in sorted(tables.items()):
        found += [f"### {tag}", "", "| method and path | does | answers |", "|---|---|---|"]
        found += [*rows, ""]
    return found


def row(path: str, method: str, about: dict[str, Any]) -> str:
    """One method of one path."""
    answers = ", ".join(sorted(about["responses"]))
    step_up = about.get("description", "")
    return f"| `{method.upper()}` `api{path}` | {about['summary']}. {step_up} | {answers} |"
