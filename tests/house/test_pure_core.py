"""The core reads no clock, rolls no dice and talks to nobody."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.source import PACKAGE, last_name, modules, place, tree

PURE = frozenset(
    {
        "__future__",
        "base64",
        "collections",
        "csv",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "enum",
        "functools",
        "hashlib",
        "hmac",
        "ipaddress",
        "itertools",
        "json",
        "math",
        "operator",
        "otpguard",
        "phonenumbers",
        "re",
        "types",
        "typing",
        "unicodedata",
        "uuid",
    }
)
CLOCKS_AND_DICE = frozenset({"now", "utcnow", "today", "uuid1", "uuid4", "open", "print"})


def impurities(module: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """What a file of the core may not do: foreign imports, the clock, randomness, I/O."""
    for node in ast.walk(module):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        for name in names:
            inside = not name.startswith("otpguard") or name.startswith("otpguard.core")
            if name.partition(".")[0] not in PURE or not inside:
                yield node, f"imports {name}"
        if isinstance(node, ast.Call) and last_name(node.func) in CLOCKS_AND_DICE:
            yield node, f"calls {last_name(node.func)}()"


def test_the_core_takes_time_and_randomness_as_arguments() -> None:
    found = [
        f"{place(path, node)} {what}"
        for path in modules(PACKAGE / "core")
        for node, what in impurities(tree(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "import random",
        "import os.path",
        "from django.utils import timezone",
        "from otpguard.conf import Settings",
        "datetime.now(tz=UTC)",
        "uuid.uuid4()",
        "open('x')",
    ],
)
def test_the_law_sees_what_it_forbids(line: str) -> None:
    assert list(impurities(ast.parse(line)))
