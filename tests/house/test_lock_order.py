"""Rows that foreign keys point at are locked `no_key`, and a tenant and a person in one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.source import PACKAGE, modules, place, tree

REFERENCED = frozenset({"Tenant", "Membership", "get_user_model", "LoginSession"})
"""What other rows point at while a revocation holds it (A25)."""


def waiting_locks(module: ast.AST) -> Iterator[ast.Call]:
    """Calls of select_for_update on such a table that would make those other rows wait."""
    for call in ast.walk(module):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr != "select_for_update":
            continue
        named = {each.id for each in ast.walk(call.func) if isinstance(each, ast.Name)}
        if named & REFERENCED and not any(word.arg == "no_key" for word in call.keywords):
            yield call


def test_nothing_that_is_referenced_is_locked_with_its_key() -> None:
    found = [
        f"{place(path)}:{call.lineno}"
        for path in modules(PACKAGE)
        for call in waiting_locks(tree(path))
    ]
    assert found == []


def test_the_law_sees_one() -> None:
    wrong = "Tenant.objects.select_for_update().get(pk=1)"
    right = 'Tenant.objects.select_for_update(of=("self",), no_key=True).get(pk=1)'
    assert list(waiting_locks(ast.parse(wrong)))
    assert not list(waiting_locks(ast.parse(right)))
