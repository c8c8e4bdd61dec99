"""The command line. Ends with 0 when all holds, 1 when something does not, 2 when the bundle could
not be checked."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from otpguard.verify_export.check import BundleError, ExportCheck, verify_bundle


def main(
    arguments: Sequence[str] | None = None, *, program: str = "python -m otpguard.verify_export"
) -> int:
    """Check the bundle of the command line, print what was found, and return the status. `program`
    is what the help calls it."""
    parser = argparse.ArgumentParser(prog=program)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", action="append", default=[], help="a key you trust")
    parser.add_argument("--against", action="append", default=[], type=Path, metavar="HEAD")
    parser.add_argument("--fast", action="store_true", help="hashes and heads alone")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    try:
        heads = [path.read_text(encoding="utf-8") for path in asked.against]
        found = verify_bundle(asked.bundle, keys=asked.key, against=heads, fast=asked.fast)
    except (BundleError, OSError, UnicodeDecodeError) as wrong:
        sys.stderr.write(f"Could not be checked: {wrong}\n")
        return 2
    sys.stdout.write(_json(found) if asked.json else _said(found))
    return 0 if found.holds else 1


def _said(found: ExportCheck) -> str:
    lines = [str(each) for each in found.damages]
    counted = f"{found.events} events, {found.heads} heads, log {found.origin}"
    if not found.holds:
        return "\n".join([*lines, f"It does not hold: {len(lines)} findings. {counted}."]) + "\n"
    trust = "Verified" if found.pinned else "Consistent with itself (no --key was given)"
    lines = [f"{trust}: {counted}."]
    if found.purged:
        lines.append(f"Note: {found.purged.said()}.")
    if found.generation > 1:
        lines.append(
            f"Note: the log went on after a restore (generation {found.generation}). A head that"
            " was kept before it shows with --against whether events were lost."
        )
    if not found.against:
        lines.append(
            "Without --against, a log put back as a whole to an earlier state looks whole."
        )
    return "\n".join(lines) + "\n"


def _json(found: ExportCheck) -> str:
    document = {
        "holds": found.holds,
        "origin": found.origin,
        "size": found.size,
        "events": found.events,
        "heads": found.heads,
        "key_pinned": found.pinned,
        "against": found.against,
        "generation": found.generation,
        "purged_below": found.purged.below if found.purged else 0,
        "damages": [
            {
                "damage": each.damage.value,
                "index": each.index,
                "event": each.event,
                "detail": each.detail,
            }
            for each in found.damages
        ],
    }
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
