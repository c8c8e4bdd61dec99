"""Who calls whom among the functions of some modules, as far as names tell."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from tests.house.source import ROOT, Function, tree

Name = tuple[str, str]
"""A module and the name of a function in it."""


def module_name(path: Path) -> str:
    """`otpguard.flows.scope` for otpguard/flows/scope.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def top_functions(module: ast.Module) -> Iterator[Function]:
    """The functions that stand in a module itself, not in a class or another function."""
    return (node for node in module.body if isinstance(node, Function))


@cache
def imported(module: ast.Module) -> dict[str, tuple[str, str]]:
    """What each imported name means: `from a.b import c as d` is d: (a.b, c)."""
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@cache
def _own_names(module: ast.Module) -> frozenset[str]:
    return frozenset(each.name for each in top_functions(module))


def named_in(function: ast.AST, module: ast.Module, name: str) -> Iterator[Name]:
    """The functions that `function` names: those of its own module `name` and imported ones."""
    meanings = imported(module)
    own = _own_names(module)
    local = {each.arg for each in ast.walk(function) if isinstance(each, ast.arg)}
    local |= {
        each.id
        for each in ast.walk(function)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in local:
            continue
        if isinstance(node, ast.Name) and node.id in meanings:
            yield meanings[node.id]
        elif isinstance(node, ast.Name) and node.id in own:
            yield name, node.id
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in meanings
        ):
            parent, child = meanings[node.value.id]
            yield f"{parent}.{child}", node.attr


def calls_of(modules: Iterable[tuple[str, ast.Module]]) -> dict[Name, set[Name]]:
    """For each function of these modules, all that it names, directly."""
    return {
        (name, function.name): set(named_in(function, module, name)) - {(name, function.name)}
        for name, module in modules
        for function in top_functions(module)
    }


def reaching(goals: set[Name], calls: dict[Name, set[Name]]) -> set[Name]:
    """The functions that are a goal or name one, directly or by others."""
    found = set(goals)
    while more := {each for each, named in calls.items() if each not in found and named & found}:
        found |= more
    return found


def parsed(paths: Iterable[Path]) -> list[tuple[str, ast.Module]]:
    """The modules of these files with their names."""
    return [(module_name(path), tree(path)) for path in paths]
