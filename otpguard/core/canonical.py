"""One byte form for one value, so that digests and MACs agree everywhere.

It is RFC 8785 (JCS) without fractions: strings, whole numbers of at most 53 bits, booleans, null,
lists and objects with string keys. Floats are refused, because their text form is where
implementations differ, and so are larger numbers, which other readers round: write them as strings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LARGEST = 2**53 - 1
"""The largest whole number that every reader of JSON keeps as it is (RFC 7493, 2.2)."""
DEEPEST = 64
"""How deep lists and objects may be nested."""


class NotCanonicalError(TypeError):
    """A value has no canonical form here, for instance a float."""


def canonical_text(value: Any) -> str:  # noqa: ANN401 (any JSON value)
    """The canonical JSON text of `value`. Raises NotCanonicalError for anything but plain JSON."""
    return canonical_bytes(value).decode()


def canonical_bytes(value: Any) -> bytes:  # noqa: ANN401 (any JSON value)
    """The canonical text of `value` in UTF-8. Raises as `canonical_text` does."""
    _check(value, 0)
    plain = _dumped(value, sort=True)
    try:
        raw = plain.encode()
    except UnicodeEncodeError:
        raise NotCanonicalError("a lone surrogate has no canonical form") from None
    # Python sorts by code points, RFC 8785 by UTF-16 units; they differ beyond U+FFFF only.
    if plain.isascii() or max(plain) <= "\uffff":
        return raw
    return _dumped(_sorted(value), sort=False).encode()


def _dumped(value: Any, *, sort: bool) -> str:  # noqa: ANN401 (any JSON value)
    return json.dumps(
        value, sort_keys=sort, separators=(",", ":"), ensure_ascii=False, default=dict
    )


def _sorted(value: Any) -> Any:  # noqa: ANN401 (any JSON value)
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _sorted(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    return value


def _check(value: Any, depth: int) -> None:  # noqa: ANN401 (any JSON value)
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if not -LARGEST <= value <= LARGEST:
            raise NotCanonicalError("a whole number of more than 53 bits has no canonical form")
        return
    if depth >= DEEPEST:
        raise NotCanonicalError(f"nested deeper than {DEEPEST}")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonicalError(f"object keys are strings, not {type(key).__name__}")
            _check(item, depth + 1)
        return
    if isinstance(value, list | tuple):
        for item in value:
            _check(item, depth + 1)
        return
    raise NotCanonicalError(f"{type(value).__name__} has no canonical form")
