"""Imports stand at the top of their file.

The package's own `__getattr__` (PEP 562) looks names up by `import_module`, which is a call.
"""

from __future__ import annotations

import ast

from tests.house.source import PACKAGE, functions, place, tree


def late_imports(module: ast.AST) -> list[ast.stmt]:
    """Import statements inside functions."""
    inside = [node for function in functions(module) for node in ast.walk(function)]
    return [node for node in inside if isinstance(node, ast.Import | ast.ImportFrom)]


def test_no_function_imports() -> None:
    found = {
        place(path, node) for path in PACKAGE.rglob("*.py") for node in late_imports(tree(path))
    }
    assert found == set()


def test_the_law_sees_an_import_in_a_method_or_a_nested_function() -> None:
    method = "class A:\n    async def b(self):\n        if True:\n            import os"
    assert len(late_imports(ast.parse(method))) == 1
    assert late_imports(ast.parse("import os\nif True:\n    from re import match")) == []
