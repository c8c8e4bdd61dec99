"""Files, functions and folders stay small enough to be read at one sitting."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.house.source import (
    DEMO,
    PACKAGE,
    ROOT,
    TESTS,
    Function,
    functions,
    modules,
    place,
    tree,
)

FILE_LINES = 320
TEST_FILE_LINES = 450
FUNCTION_LINES = 45
FOLDER_FILES = 25
FLAT = {PACKAGE / "core", PACKAGE / "management" / "commands"}
"""What may hold more: the names of the core are the field's nouns, and Django wants its commands in
one folder."""


def lines(text: str) -> int:
    return len(text.splitlines())


def height(function: Function) -> int:
    """Lines of a function, its decorators left out."""
    return (function.end_lineno or 0) - function.lineno + 1


def too_long(module: ast.AST) -> list[Function]:
    return [function for function in functions(module) if height(function) > FUNCTION_LINES]


def too_full(files: list[Path]) -> dict[Path, int]:
    """Folders with more files than a folder may have."""
    counts = Counter(path.parent for path in files)
    return {
        folder: count
        for folder, count in counts.items()
        if count > FOLDER_FILES and folder not in FLAT
    }


@pytest.mark.parametrize("room", [PACKAGE, DEMO, TESTS], ids=lambda path: path.name)
def test_there_is_something_to_measure(room: Path) -> None:
    assert modules(room)


@pytest.mark.parametrize(
    ("rooms", "most"), [((PACKAGE, DEMO), FILE_LINES), ((TESTS,), TEST_FILE_LINES)]
)
def test_no_file_is_too_long(rooms: tuple[Path, ...], most: int) -> None:
    lengths = {place(path): lines(path.read_text(encoding="utf-8")) for path in modules(*rooms)}
    assert {name: length for name, length in lengths.items() if length > most} == {}


def test_no_function_is_too_long() -> None:
    found = [
        f"{place(path, function)} {function.name}: {height(function)}"
        for path in modules(PACKAGE, DEMO, TESTS)
        for function in too_long(tree(path))
    ]
    assert found == []


def test_no_folder_but_the_flat_core_is_too_full() -> None:
    assert too_full(modules(PACKAGE)) == {}


def test_the_laws_see_one_too_many() -> None:
    body = "    pass\n" * FUNCTION_LINES
    assert too_long(ast.parse(f"@decorated\nasync def long():\n{body}"))
    assert not too_long(ast.parse("@decorated\ndef fits():\n" + body.removeprefix("    pass\n")))
    files = [PACKAGE / "web" / f"{number}.py" for number in range(FOLDER_FILES + 1)]
    assert too_full(files) == {PACKAGE / "web": FOLDER_FILES + 1}
    assert too_full(files[1:]) == {}
    for flat in FLAT:
        assert too_full([flat / path.name for path in files]) == {}


def test_the_page_for_people_states_the_same_numbers() -> None:
    page = " ".join((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split())
    said = (
        f"a file has at most {FILE_LINES} lines (a test file {TEST_FILE_LINES}), a function"
        f" {FUNCTION_LINES}, and a folder {FOLDER_FILES} files (only `core/` is flat and may have"
        " more)"
    )
    assert said in page
