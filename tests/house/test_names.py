"""A module is named after what it holds; a class has a name that no other class has."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable

from tests.house.source import PACKAGE, modules, place, tree

SAYS_NOTHING = frozenset(
    {"utils", "helpers", "services", "mixins", "common", "managers", "constants"}
)
SHARED = {
    "Command": "Django finds a command by this name",
    "Event": "an audit fact, and the row that keeps it",
}
"""Names of several classes, with the reason."""


def public_classes(module: ast.Module) -> list[str]:
    return [
        node.name
        for node in module.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]


def of_several(trees: Iterable[ast.Module]) -> set[str]:
    """The names that more than one class has."""
    counts = Counter(name for module in trees for name in public_classes(module))
    return {name for name, count in counts.items() if count > 1}


def test_no_module_or_room_has_a_name_that_says_nothing() -> None:
    found = [place(path) for path in PACKAGE.rglob("*") if path.stem in SAYS_NOTHING]
    assert found == []


def test_no_two_classes_have_one_name() -> None:
    assert of_several(map(tree, modules(PACKAGE))) == set(SHARED)


def test_the_law_sees_a_second_class_of_a_name() -> None:
    first, second = ast.parse("class Share: ..."), ast.parse("class _Own: ...\nclass Share: ...")
    assert of_several([first, second]) == {"Share"}
    assert of_several([second]) == set()
