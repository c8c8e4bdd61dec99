"""A Python file of the host's project: whether lines may be added at its end, and adding them.

Nothing that stands in a file is changed. A file that is not plainly the place for the lines is left
alone, with the reason.
"""

from __future__ import annotations

import ast
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

NOT_OURS = frozenset({"site-packages", "dist-packages"})
BOM = "\ufeff"


def is_installed(file: str | Path) -> bool:
    """Whether a file belongs to an installed package, and not to the project."""
    return not NOT_OURS.isdisjoint(Path(file).parts)


def problem_of(path: Path, text: str, names: frozenset[str]) -> str:
    """Why `text`, which needs `names` to be set there, cannot be added to the file at `path`.

    Empty: it can. Reads the file.
    """
    if is_installed(path):
        return "it belongs to an installed package"
    try:
        source = _read(path)
        tree = ast.parse(source)
        mode = path.stat().st_mode
    except (OSError, ValueError, SyntaxError) as error:
        return f"it cannot be read ({' '.join(str(error).split())})"
    if not os.access(path, os.W_OK) or not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        return "it is read-only"
    if text.strip() in source.replace("\r\n", "\n"):
        return "it has these lines already, but what runs is set elsewhere"
    if names and _has_others(tree):
        return "it takes names from other files with `import *`: choose the one that all use"
    lacking = sorted(names - set(_names(tree)))
    return f"it does not set {' and '.join(lacking)}" if lacking else ""


def problem_of_new(path: Path) -> str:
    """Why no file can be made at `path`. Empty: one can."""
    if path.exists():
        return "it is there already"
    if is_installed(path):
        return "it would belong to an installed package"
    return "" if os.access(path.parent, os.W_OK) else "its folder cannot be written to"


def add(path: Path, text: str) -> None:
    """Add `text` at the end of the file, after an empty line, in one step: never half of it.

    Its line ends, its mode and a symbolic link to it stay as they are. Raises OSError.
    """
    before = path.read_bytes()
    end = "\r\n" if b"\r\n" in before else "\n"
    gap = "" if not before.strip() else "\n" if before.endswith(b"\n") else "\n\n"
    after = before + (gap + text).replace("\n", end).encode("utf-8")
    _put(path.resolve(), after, mode=stat.S_IMODE(path.stat().st_mode))


def create(path: Path, text: str) -> None:
    """Make a file. Raises FileExistsError for one that is there, and other OSErrors."""
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8").removeprefix(BOM)


def _put(path: Path, content: bytes, *, mode: int) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _has_others(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and any(each.name == "*" for each in node.names)
        for node in ast.walk(tree)
    )


def _names(tree: ast.Module) -> Iterator[str]:
    """What the file sets by itself, at its top level."""
    for node in tree.body:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            targets = [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))
