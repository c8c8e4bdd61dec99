"""Every promise about the checkpoints names the test that holds it."""

from __future__ import annotations

import random
import re
import tomllib

from tests.house.source import ROOT

PAGE = ROOT / "docs" / "checkpoints-in-depth.md"
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (.*?) \| `(tests/[^`]+)` \|$", re.MULTILINE)
DRAWN = 20
SEED = 20261130


def rows() -> list[tuple[str, str, str]]:
    """Id, promise and test of each row of the first table."""
    return ROW.findall(PAGE.read_text("utf-8"))


def mutated() -> set[str]:
    """The tests that a mutation is listed for, without their parameters."""
    files = [ROOT / "tests" / "faults.toml", *(ROOT / "tests" / "faults").glob("*.toml")]
    found = [each for file in files for each in tomllib.loads(file.read_text("utf-8"))["fault"]]
    return {each["test"].partition("[")[0] for each in found}


def test_every_line_of_the_table_is_a_row_and_no_id_stands_twice() -> None:
    table = PAGE.read_text("utf-8").partition("|---|---|---|\n")[2].partition("\n\n")[0]
    found = rows()
    assert len(found) == len(table.splitlines())
    assert len({each[0] for each in found}) == len(found) > DRAWN
    assert all(promise.strip() for _, promise, _ in found)


def test_every_named_test_is_there() -> None:
    for _, _, test in rows():
        file, _, name = test.partition("::")
        path = ROOT / file
        assert path.is_file(), test
        assert f"def {name}(" in path.read_text("utf-8"), test


def test_twenty_that_are_drawn_have_a_mutation_that_their_test_must_catch() -> None:
    drawn = random.Random(SEED).sample(sorted(rows()), DRAWN)
    assert {test for _, _, test in drawn} - mutated() == set()
