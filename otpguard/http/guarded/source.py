"""Read what a view's own code calls: our guards inside it, and the models that it writes.

This reads source, so it is a help for reviewers and no proof. It follows calls from function to
function within the host's project, and takes a `save()` or `delete()` of an unknown object for a
write of every model that the same function names, or one that it calls.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from types import FunctionType
from typing import Any

from django.db.models import Model

from otpguard.core.guard_list import UNKNOWN
from otpguard.core.host_event import HostEvent, slug_of

DEPTH = 6
"""How many calls deep a view is followed."""

_SYNC_WRITES = frozenset(
    {
        "save",
        "delete",
        "create",
        "update",
        "bulk_create",
        "bulk_update",
        "get_or_create",
        "update_or_create",
    }
)
_WRITES = _SYNC_WRITES | {f"a{name}" for name in _SYNC_WRITES}
_KEYS = frozenset({"create", "rotate", "change_scope", "delete", "require_for_key"})
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_LIBRARY = Path(inspect.__file__).parent


@dataclass(slots=True)
class SourceFacts:
    """What was found in the code of a view."""

    checkpoints: set[str] = field(default_factory=set)
    writes: set[type[Model]] = field(default_factory=set)


def read_source(functions: Iterable[Any]) -> SourceFacts:
    """What these functions do, and what they call in the host's project. Code that cannot be read
    is left out; never raises for odd code."""
    found = SourceFacts()
    waiting = [(each, 0) for start in functions for each in unwrapped(start)]
    seen: set[Any] = set()
    while waiting:
        function, depth = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        found.checkpoints |= _claims_of(function)
        tree = _tree(function)
        if tree is None:
            continue
        code = _Code(function, tree)
        found.checkpoints |= code.checkpoints()
        found.writes |= code.writes()
        if code.writes_unknown():
            found.writes |= code.named()
            for each in code.called():
                found.writes |= _named_in(each)
        if depth < DEPTH:
            waiting += [(each, depth + 1) for each in code.called()]
    return found


def unwrapped(view: Any) -> Iterator[FunctionType]:  # noqa: ANN401 (any callable)
    """The functions in a callable: itself, what it wraps, and what its closures hold."""
    waiting, seen = [view], set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, partial):
            waiting.append(each.func)
            continue
        each = getattr(each, "__func__", each)
        if not isinstance(each, FunctionType) or each in seen:
            continue
        seen.add(each)
        yield each
        waiting += [getattr(each, "__wrapped__", None), *_cells(each)]


def _cells(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue


def _claims_of(function: FunctionType) -> set[str]:
    """The checkpoint of `requires_phone_claim`, which marks nothing."""
    return {
        str(each.keywords["checkpoint"])
        for each in _cells(function)
        if isinstance(each, partial) and getattr(each.func, "__name__", "") == "enforce_claim"
    }


@lru_cache(maxsize=4096)
def _tree(function: FunctionType) -> ast.AST | None:
    if not is_of_project(function):
        return None
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None


def is_of_project(function: Any) -> bool:  # noqa: ANN401 (a function or a class)
    """Whether code is the host's own: not ours, not the library's, not an installed package's."""
    module = str(getattr(function, "__module__", "") or "")
    if module.partition(".")[0] in {"otpguard", "django", "rest_framework"}:
        return False
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return False
    path = Path(file)
    return _INSTALLED.isdisjoint(path.parts) and not path.is_relative_to(_LIBRARY)


def _named_in(function: FunctionType) -> set[type[Model]]:
    tree = _tree(function)
    return set() if tree is None else _Code(function, tree).named()


class _Code:
    """The source of one function, with the names that it can see."""

    def __init__(self, function: FunctionType, tree: ast.AST) -> None:
        self._names = {**function.__globals__, **_free(function)}
        self._calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        self._tree = tree

    def checkpoints(self) -> set[str]:
        """The checkpoints of our guards that it calls."""
        return {slug for call in self._calls for slug in self._guard(call, self._value(call.func))}

    def called(self) -> Iterator[FunctionType]:
        """The functions of the project that it calls."""
        for call in self._calls:
            value = self._value(call.func)
            if callable(value) and is_of_project(value):
                yield from unwrapped(value)

    def writes(self) -> set[type[Model]]:
        """The models that it writes, as far as names tell."""
        found: set[type[Model]] = set()
        for call in self._calls:
            func = call.func
            if not isinstance(func, ast.Attribute) or func.attr not in _WRITES:
                continue
            if model := self._root(func.value):
                found.add(model)
        return found

    def writes_unknown(self) -> bool:
        """Whether it writes an object of which its names do not tell what it is."""
        return any(
            isinstance(call.func, ast.Attribute)
            and call.func.attr in _WRITES
            and self._root(call.func.value) is None
            and self._value(call.func) is None
            for call in self._calls
        )

    def _guard(self, call: ast.Call, value: Any) -> Iterator[str]:  # noqa: ANN401 (whatever is called)
        module, name = getattr(value, "__module__", ""), getattr(value, "__name__", "")
        if not str(module).startswith("otpguard."):
            return
        if module == "otpguard.http.host.keys" and name in _KEYS:
            yield "api_key"
        elif name in {"require", "require_before_form"}:
            yield self._literal(call)
        elif name == "require_event":
            yield self._event(call)

    def _literal(self, call: ast.Call) -> str:
        given = [word.value for word in call.keywords if word.arg == "checkpoint"] or call.args[1:2]
        first = given[0] if given else None
        return str(first.value) if isinstance(first, ast.Constant) else UNKNOWN

    def _event(self, call: ast.Call) -> str:
        event = call.args[1] if len(call.args) > 1 else None
        kind = self._value(event.func) if isinstance(event, ast.Call) else None
        is_event = isinstance(kind, type) and issubclass(kind, HostEvent)
        code = getattr(kind, "code", "") if is_event else ""
        return slug_of(code) if code else UNKNOWN

    def _root(self, node: ast.expr) -> type[Model] | None:
        """The model at the beginning of `Model.objects.filter(…)` or `Model(…)`."""
        while isinstance(node, ast.Call | ast.Attribute):
            value = self._value(node)
            if isinstance(value, type) and issubclass(value, Model):
                return value
            node = node.func if isinstance(node, ast.Call) else node.value
        value = self._value(node)
        return value if isinstance(value, type) and issubclass(value, Model) else None

    def named(self) -> set[type[Model]]:
        """Every model that it names, and those of the forms that it names."""
        values = [
            self._value(node)
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Name | ast.Attribute)
        ]
        return {model for value in values for model in models_of(value)}

    def _value(self, node: ast.AST | None) -> Any:  # noqa: ANN401 (what a name stands for)
        """What an expression of names and dots stands for when the module runs; None for others."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self._value(node.value)
            if inspect.ismodule(owner) or isinstance(owner, type):
                return inspect.getattr_static(owner, node.attr, None) or getattr(
                    owner, node.attr, None
                )
        return None


def models_of(value: Any) -> Iterator[type[Model]]:  # noqa: ANN401 (whatever a name stands for)
    """A model, or the model of a form or serializer."""
    if not isinstance(value, type):
        return
    if issubclass(value, Model):
        yield value
        return
    meta = getattr(value, "_meta", None) or getattr(value, "Meta", None)
    model = getattr(meta, "model", None)
    if isinstance(model, type) and issubclass(model, Model):
        yield model


def _free(function: FunctionType) -> dict[str, Any]:
    names: tuple[str, ...] = function.__code__.co_freevars
    return dict(zip(names, _cells(function), strict=False))
