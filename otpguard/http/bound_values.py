"""The values that a view acts on as one text, so that a proof can be bound to exactly them (C11).

Two different values never have the same text: types are told apart, rows are named by table and
primary key, querysets by the primary keys of all their rows, files by their content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import singledispatch
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db.models import Model, QuerySet
from django.utils.datastructures import MultiValueDict

from otpguard.core.intent import VOLATILE_FIELDS, exact

_ADVICE = (
    "pass text, numbers, dates, files, saved rows, querysets, or lists, sets and mappings of these"
)
_UNORDERED = frozenset({"map", "set"})
_LONGEST_INT = 1 << 63


class NotBindableError(TypeError):
    """A value that a proof cannot be bound to. `where` leads to it, from the outside in."""

    def __init__(self, what: str, where: str = "") -> None:
        super().__init__(f"otpguard cannot bind a proof to {what} (body{where}): {_ADVICE}")
        self.what = what
        self.where = where


def bound_values(body: Any) -> Callable[[], str]:  # noqa: ANN401 (whatever a view acts on)
    """What gives the text of `body`, less a form's CSRF token.

    The types are checked at once, so that a mistake does not wait for the first policy that binds.
    Files and rows are read only when the text is asked for. Raises NotBindableError.
    """
    node = _node(body)
    if isinstance(body, Mapping) and node[0] == "map":
        node = ["map", *(pair for pair in node[1:] if pair[1] not in VOLATILE_FIELDS)]
    return lambda: _text(_read(node))


def _text(node: Any) -> str:  # noqa: ANN401 (a node, as all that follow)
    return json.dumps(node, ensure_ascii=False, separators=(",", ":"))


def _read(node: Any) -> Any:  # noqa: ANN401 (a value or its node)
    """The node with its files and rows read. What has no order gets one."""
    if callable(node):
        return _read(node())
    if not isinstance(node, list):
        return node
    kind, *items = node
    read = [_read(item) for item in items]
    return [kind, *(sorted(read, key=_text) if kind in _UNORDERED else read)]


def _nodes(items: Iterable[Any]) -> list[Any]:
    return [_inside(item, f"[{at}]") for at, item in enumerate(items)]


def _inside(value: Any, where: str) -> Any:  # noqa: ANN401 (a value or its node)
    try:
        return _node(value)
    except NotBindableError as error:
        raise NotBindableError(error.what, where + error.where) from None


# A node is None, a truth value, a text, a number, something to call for a node, or a list that
# begins with the name of its kind.


@singledispatch
def _node(value: Any) -> Any:  # noqa: ANN401 (a value or its node)
    raise NotBindableError(f"a value of type {type(value).__qualname__}")


@_node.register(type(None))
@_node.register(bool)
def _(value: Any) -> Any:  # noqa: ANN401 (a value or its node)
    return value


@_node.register
def _(value: str) -> Any:  # noqa: ANN401 (a value or its node)
    return exact(str.__str__(value))


@_node.register
def _(value: int) -> Any:  # noqa: ANN401 (a value or its node)
    return int(value) if abs(value) < _LONGEST_INT else ["int", hex(value)]


@_node.register
def _(value: float) -> Any:  # noqa: ANN401 (a value or its node)
    return ["float", float.__repr__(value)]


@_node.register
def _(value: Decimal) -> Any:  # noqa: ANN401 (a value or its node)
    return ["decimal", Decimal.__str__(value)]


@_node.register
def _(value: UUID) -> Any:  # noqa: ANN401 (a value or its node)
    return ["uuid", value.hex]


@_node.register(bytes)
@_node.register(bytearray)
@_node.register(memoryview)
def _(value: Any) -> Any:  # noqa: ANN401 (a value or its node)
    return ["bytes", hashlib.sha256(value).hexdigest()]


@_node.register
def _(value: date) -> Any:  # noqa: ANN401 (a value or its node)
    return ["date", value.isoformat()]


@_node.register(datetime)
@_node.register(time)
def _(value: Any) -> Any:  # noqa: ANN401 (a value or its node)
    # Of the two equal hours of a night in autumn `fold` says which.
    return ["time", value.isoformat(), value.fold]


@_node.register
def _(value: timedelta) -> Any:  # noqa: ANN401 (a value or its node)
    return ["timedelta", value.days, value.seconds, value.microseconds]


@_node.register
def _(value: Enum) -> Any:  # noqa: ANN401 (a value or its node)
    kind = type(value)
    return ["enum", f"{kind.__module__}.{kind.__qualname__}", value.name]


@_node.register(list)
@_node.register(tuple)
def _(value: Any) -> Any:  # noqa: ANN401 (a value or its node)
    return ["list", *_nodes(value)]


@_node.register(AbstractSet)
def _(value: Any) -> Any:  # noqa: ANN401 (a value or its node)
    return ["set", *_nodes(value)]


@_node.register(Mapping)
def _(value: Any) -> Any:  # noqa: ANN401 (a value or its node)
    return ["map", *(["pair", _node(k), _inside(v, f"[{k!r}]")] for k, v in value.items())]


@_node.register(MultiValueDict)
def _(value: Any) -> Any:  # noqa: ANN401 (a value or its node)
    return _node(dict(value.lists()))


@_node.register
def _(value: Model) -> Any:  # noqa: ANN401 (a value or its node)
    if value.pk is None or value._state.adding:  # noqa: SLF001 (Django's documented name)
        raise NotBindableError(f"an unsaved {type(value).__qualname__}, which nothing names yet")
    return ["row", value._meta.label_lower, _node(value.pk)]  # noqa: SLF001 (the same)


@_node.register(QuerySet)
def _(value: Any) -> Any:  # noqa: ANN401 (a value or its node)
    def rows() -> Any:  # noqa: ANN401 (a value or its node)
        read = value._result_cache  # noqa: SLF001 (what the view will act on, if it was read)
        if read is None or not all(isinstance(row, Model) for row in read):
            return ["set", *_nodes(value.values_list("pk", flat=True))]
        return ["set", *_nodes(row.pk for row in read)]

    return ["rows", value.model._meta.label_lower, rows]  # noqa: SLF001 (Django's documented name)


@_node.register(File)
def _(value: Any) -> Any:  # noqa: ANN401 (a value or its node)
    return lambda: ["file", *file_parts(value)] if value else ["file"]


def file_parts(file: Any) -> list[str]:  # noqa: ANN401 (a File of Django's)
    """Name, stated type and digest of a file, which is read and left at its beginning."""
    result = hashlib.sha256()
    for chunk in file.chunks():
        result.update(chunk.encode(errors="surrogatepass") if isinstance(chunk, str) else chunk)
    file.seek(0)
    return [str(file.name), str(getattr(file, "content_type", "")), result.hexdigest()]
