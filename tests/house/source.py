"""The house as text: its files, their syntax trees and where a line stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "otpguard"
DEMO = ROOT / "demo_project"
TESTS = ROOT / "tests"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*rooms: Path) -> list[Path]:
    """Every Python file of these directories, or the file itself, less migrations."""
    found: list[Path] = []
    for room in rooms or (PACKAGE,):
        found += [room] if room.is_file() else room.rglob("*.py")
    return sorted(path for path in found if "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    """Where to look: `otpguard/core/codes.py:12`."""
    line = getattr(node, "lineno", None)
    name = path.relative_to(ROOT).as_posix()
    return f"{name}:{line}" if line else name


def functions(node: ast.AST) -> Iterator[Function]:
    """Every function and method beneath `node`."""
    for child in ast.walk(node):
        if isinstance(child, Function):
            yield child


def last_name(node: ast.AST) -> str:
    """The last word of `a.b.c` or `a.b.c()`: c. Empty for anything else."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def chain(node: ast.AST) -> Iterator[str]:
    """All the words of `a.b(…).c`, from the last to the first."""
    while True:
        if isinstance(node, ast.Call | ast.Subscript | ast.Await):
            node = node.func if isinstance(node, ast.Call) else node.value
        elif isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        else:
            if isinstance(node, ast.Name):
                yield node.id
            return
