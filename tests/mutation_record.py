"""Which mutations a test was seen to catch, so that a run repeats only what has changed since.

A line of `faults/seen.txt` is the digest of one mutation with the file it changes and the file of
its test. `pytest -m slow` runs what has no line, MOST of them if there are more, and a SAMPLE of
the rest, all drawn by OTPGUARD_MUTATION_SEED; with OTPGUARD_MUTATIONS=all it runs all. What passes
is noted in test-artifacts, and `python -m tests.mutation_record` takes the notes over.
"""

from __future__ import annotations

import os
import random
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
FAULTS: list[dict[str, Any]] = [
    fault
    for path in (TESTS / "faults.toml", *sorted((TESTS / "faults").glob("*.toml")))
    for fault in tomllib.loads(path.read_text(encoding="utf-8"))["fault"]
]
RECORD = TESTS / "faults" / "seen.txt"
NOTES = ROOT / "test-artifacts" / "mutations-seen.txt"
MOST, SAMPLE = 40, 10
"""Each takes some seconds, and a run in CI must end."""


def digest(fault: dict[str, Any]) -> str:
    """Of a mutation, and of what decides whether its test fails: the two files."""
    found = sha256()
    for part in (
        fault["find"],
        fault["replace"],
        fault["test"],
        (ROOT / fault["file"]).read_text(encoding="utf-8"),
        (ROOT / fault["test"].partition("::")[0]).read_text(encoding="utf-8"),
    ):
        found.update(sha256(part.encode()).digest())
    return found.hexdigest()


def lines_of(path: Path) -> frozenset[str]:
    return frozenset(path.read_text(encoding="utf-8").split()) if path.exists() else frozenset()


def to_run() -> list[dict[str, Any]]:
    """What was not seen as it stands, and some of the rest, in the order of the lists."""
    if os.environ.get("OTPGUARD_MUTATIONS") == "all":
        return FAULTS
    seen = lines_of(RECORD)
    known = [fault for fault in FAULTS if digest(fault) in seen]
    fresh = [fault for fault in FAULTS if fault not in known]
    drawn = random.Random(os.environ.get("OTPGUARD_MUTATION_SEED", "0"))
    chosen = drawn.sample(fresh, min(MOST, len(fresh)))
    chosen += drawn.sample(known, min(SAMPLE, len(known)))
    return [fault for fault in FAULTS if fault in chosen]


def note(fault: dict[str, Any]) -> None:
    """Append that the test caught it: one write, since several processes do so at once."""
    NOTES.parent.mkdir(exist_ok=True)
    with NOTES.open("a", encoding="utf-8") as notes:
        notes.write(f"{digest(fault)}\n")


def take_over() -> int:
    """Keep of the record and the notes what is still listed; return how many that are."""
    seen = lines_of(RECORD) | lines_of(NOTES)
    kept = sorted({digest(fault) for fault in FAULTS} & seen)
    RECORD.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    return len(kept)


if __name__ == "__main__":
    print(f"{take_over()} of {len(FAULTS)} mutations were seen as they stand.")
