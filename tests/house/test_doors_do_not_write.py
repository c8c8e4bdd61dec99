"""Doors translate, call one flow and render. Only flows and what lies below them write rows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.source import PACKAGE, chain, last_name, modules, place, tree

DOORS = ("web", "api", "admin", "management", "templatetags", "http", "forms")
PORCH = ("tasks.py", "middleware.py", "decorators.py")

ROW_WRITES = frozenset({"save", "delete", "bulk_create", "bulk_update", "get_or_create"}) | {
    "update_or_create"
}
"""On a row or a queryset; nothing else that a door handles has these, but for NOT_ROWS."""

QUERY_WRITES = frozenset({"create", "update"})
"""Words that dicts and responses have too: a write only behind a manager or a queryset."""

QUERYSETS = frozenset(
    {
        "objects",
        "_default_manager",
        "_base_manager",
        "get_queryset",
        "queryset",
        "filter",
        "exclude",
        "select_for_update",
        "using",
    }
)

NOT_ROWS = {
    "session": "a login session belongs to the session engine; saving it is speaking HTTP",
    "tombstone": "the old session key, left empty for late requests after a rotation",
}


def writes(module: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Calls that look as if they wrote a row, in their async form as well."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name = node.func.attr
        verb = name if name in ROW_WRITES | QUERY_WRITES else name.removeprefix("a")
        behind = node.func.value
        if (verb in ROW_WRITES and last_name(behind) not in NOT_ROWS) or (
            verb in QUERY_WRITES and not QUERYSETS.isdisjoint(chain(behind))
        ):
            yield node, f".{name}("


def test_no_door_writes_a_row() -> None:
    doors = [PACKAGE / door for door in DOORS + PORCH]
    found = [
        f"{place(path, node)} {what}"
        for path in modules(*[door for door in doors if door.exists()])
        for node, what in writes(tree(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "Grant.objects.create(user=1)",
        "Grant.objects.filter(pk=1).update(revoked=now)",
        "self.get_queryset().update(name='x')",
        "await Grant.objects.filter(pk=1).aupdate(x=1)",
        "factor.save()",
        "self.object.delete()",
        "form.save(commit=False)",
        "Tenant.objects.get_or_create(slug='a')",
        "super().save(*args)",
        "rows[0].asave()",
    ],
)
def test_the_law_sees_a_write(line: str) -> None:
    source = f"async def door():\n    {line}"
    assert len(list(writes(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "context.update(title='x')",
        "request.session.save()",
        "session.delete()",
        "tombstone.save(must_create=True)",
        "hashlib.new('sha256').update(b'')",
        "response.delete_cookie('x')",
        "Grant.objects.filter(pk=1).first()",
    ],
)
def test_the_law_lets_reading_and_http_be(line: str) -> None:
    assert list(writes(ast.parse(line))) == []
