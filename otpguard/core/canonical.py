"""One byte form for one value, so that digests and MACs agree everywhere (after RFC 8785).

Only JSON of strings, whole numbers, booleans, null, lists and objects with string keys is
accepted. Floats are refused: their text form is where implementations differ.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class NotCanonicalError(TypeError):
    """A value has no canonical form here, for instance a float."""


def canonical_text(value: Any) -> str:  # noqa: ANN401 (any JSON value)
    """The canonical JSON text of `value`. Raises NotCanonicalError for anything but plain JSON."""
    return canonical_bytes(value).decode()


def canonical_bytes(value: Any) -> bytes:  # noqa: ANN401 (any JSON value)
    """The canonical text of `value` in UTF-8. Raises as `canonical_text` does."""
    _check(value)
    plain = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=dict
    )
    try:
        return plain.encode()
    except UnicodeEncodeError:
        raise NotCanonicalError("a lone surrogate has no canonical form") from None


def _check(value: Any) -> None:  # noqa: ANN401 (any JSON value)
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonicalError(f"object keys are strings, not {type(key).__name__}")
            _check(item)
        return
    if isinstance(value, list | tuple):
        for item in value:
            _check(item)
        return
    raise NotCanonicalError(f"{type(value).__name__} has no canonical form")
