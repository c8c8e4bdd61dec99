"""Files and functions stay small enough to be read at one sitting."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.source import DEMO, PACKAGE, functions, modules, place, tree

FILE_LINES = 400
FUNCTION_LINES = 50


@pytest.mark.parametrize("room", [PACKAGE, DEMO], ids=lambda path: path.name)
def test_there_is_something_to_measure(room: Path) -> None:
    assert modules(room)


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {
        place(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules(PACKAGE, DEMO)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_fifty_lines() -> None:
    lengths = {
        f"{place(path, function)} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in modules(PACKAGE, DEMO)
        for function in functions(tree(path))
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}
