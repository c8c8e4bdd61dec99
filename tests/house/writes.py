"""Which calls write a row, as far as their words tell."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.source import chain, last_name

ROW_WRITES = frozenset({"save", "delete", "bulk_create", "bulk_update", "get_or_create"}) | {
    "update_or_create"
}
"""On a row or a queryset; nothing else has these, but for NOT_ROWS."""

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
