"""What tests share stands in a plainly named module; a test module is imported by nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import TESTS, modules, place, tree


def is_collected(module: str) -> bool:
    """True for a module that pytest collects or loads by itself."""
    name = module.rpartition(".")[2]
    return name == "conftest" or name.startswith("test_")


def collected_imports(module: ast.AST) -> Iterator[ast.AST]:
    """Imports of, or out of, a test module or a conftest."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            # A name brought in from a package may be a module of it; a function named test_… of
            # another module would run twice.
            names = [source, *(f"{source}.{alias.name}" for alias in node.names)]
        else:
            continue
        if any(name.partition(".")[0] == "tests" and is_collected(name) for name in names):
            yield node


def test_no_test_module_is_imported() -> None:
    found = [place(path, node) for path in modules(TESTS) for node in collected_imports(tree(path))]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "from tests.flows.test_sweep import due",
        "from tests.admin.conftest import Act",
        "from tests.flows import test_sweep",
        "import tests.flows.test_sweep",
        "from tests.prices import test_price",
    ],
)
def test_the_law_sees_an_import_of_a_test_module(line: str) -> None:
    assert list(collected_imports(ast.parse(line)))


@pytest.mark.parametrize(
    "line", ["from tests.flows.setting import stopped", "from otpguard.testing import send_queued"]
)
def test_the_law_lets_helpers_be(line: str) -> None:
    assert not list(collected_imports(ast.parse(line)))


def test_there_are_tests_to_read() -> None:
    assert Path(__file__) in modules(TESTS)
