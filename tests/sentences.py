"""The rows of the page that goes through the sentences behind the checkpoints, one by one."""

from __future__ import annotations

import os
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mutation_record import FAULTS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "checkpoints-in-depth.md"
DRAWN = 20
_ROW = re.compile(
    r"^\| `([clu]\d-\d)-([a-z0-9-]+)` \| (.*?): (.*?) \| `(tests/[^`]+)` \|$", re.MULTILINE
)

SENTENCES = {
    "c1": 3,
    "c2": 3,
    "c3": 3,
    "c4": 3,
    "c5": 2,
    "c6": 2,
    "c7": 2,
    "l1": 1,
    "l2": 1,
    "l3": 3,
    "u1": 5,
    "u2": 3,
    "u3": 3,
    "u4": 5,
    "u5": 3,
}
"""How many sentences there are about each checkpoint, level and use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceRow:
    """One row: the number of its sentence, the promise's own name, what the sentence asks, what is
    promised, and the test that holds it."""

    sentence: str
    name: str
    asks: str
    promise: str
    test: str


def rows() -> list[SentenceRow]:
    """All rows of the tables, in their order."""
    return [
        SentenceRow(sentence=at, name=name, asks=asks, promise=promise, test=test)
        for at, name, asks, promise, test in _ROW.findall(PAGE.read_text("utf-8"))
    ]


def faults_of(row: SentenceRow) -> list[dict[str, Any]]:
    """The mutations that the test of a row must catch."""
    return [each for each in FAULTS if each["test"].partition("[")[0] == row.test]


def drawn_faults() -> list[dict[str, Any]]:
    """One mutation for each of twenty rows with tests of their own, drawn by
    OTPGUARD_MUTATION_SEED."""
    draw = random.Random(os.environ.get("OTPGUARD_MUTATION_SEED", "0"))
    by_test = {row.test: row for row in rows()}
    chosen = draw.sample(sorted(by_test), DRAWN)
    return [draw.choice(faults_of(by_test[test])) for test in chosen]
