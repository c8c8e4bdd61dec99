"""The file of what was accepted: each place with its checkpoints, sorted, for a small diff."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

VERSION = 1


class BaselineError(ValueError):
    """The file cannot be read or written, or is no baseline."""


def read_baseline(path: Path) -> dict[str, tuple[str, ...]]:
    """What the file accepts. Raises BaselineError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["version"] != VERSION:
            raise BaselineError(f"{path} is of version {found['version']!r}")
        return {str(key): tuple(map(str, slugs)) for key, slugs in found["places"].items()}
    except (OSError, KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise BaselineError(f"{path} is no baseline that can be read: {error}") from None


def write_baseline(path: Path, places: Mapping[str, tuple[str, ...]]) -> None:
    """Write what is accepted now. Raises BaselineError."""
    document = {"version": VERSION, "places": {key: list(places[key]) for key in sorted(places)}}
    try:
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise BaselineError(f"{path} cannot be written: {error}") from None
