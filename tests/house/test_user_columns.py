"""A host's user model need not have a column `is_active`, so queries ask for one in one place."""

from __future__ import annotations

import ast

from tests.house.source import PACKAGE, modules, place, tree

ONE_PLACE = "tenants/administrators.py"


def asked(module: ast.AST) -> list[ast.keyword]:
    """Conditions on the column, straight or over a relation."""
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.keyword)
        and (node.arg == "is_active" or str(node.arg).endswith("__is_active"))
    ]


def test_queries_ask_whether_an_account_is_open_in_one_place() -> None:
    found = {
        place(path, node.value)
        for path in modules(PACKAGE)
        if not path.as_posix().endswith(ONE_PLACE)
        for node in asked(tree(path))
    }
    assert found == set(), "use open_accounts of otpguard.tenants.administrators: " + str(found)


def test_the_law_sees_each_way_of_asking() -> None:
    for source in ("rows.filter(user__is_active=True)", "User.objects.filter(is_active=True)"):
        assert len(asked(ast.parse(source))) == 1
    assert asked(ast.parse("rows.filter(active=True)")) == []
