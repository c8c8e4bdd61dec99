"""Django is asked for transactions and connections in one place: which database is ours."""

from __future__ import annotations

import ast

from tests.house.source import PACKAGE, place, tree

WORDS = frozenset({"connection", "transaction", "DEFAULT_DB_ALIAS"})


def asked(module: ast.AST) -> list[ast.ImportFrom]:
    """Imports of what means the database "default" in Django."""
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom)
        and (
            (node.module == "django.db" and WORDS & {name.name for name in node.names})
            or node.module == "django.db.transaction"
        )
    ]


def test_only_the_room_of_the_database_asks_django_for_one() -> None:
    found = {
        place(path, node)
        for path in PACKAGE.rglob("*.py")
        if "database" not in path.parts
        for node in asked(tree(path))
    }
    assert found == set(), "import from otpguard.database instead:\n" + "\n".join(found)


def test_the_law_sees_each_way_of_asking() -> None:
    seen = ["from django.db import models, transaction", "from django.db.transaction import atomic"]
    for source in seen:
        assert len(asked(ast.parse(source))) == 1
    assert asked(ast.parse("from django.db import models, connections")) == []
