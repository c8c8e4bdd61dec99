"""A registry that is loud: a duplicate raises, an unknown name raises and lists the known ones."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Generic, TypeVar

V = TypeVar("V")


class DuplicateNameError(ValueError):
    """A name was registered twice."""


class UnknownNameError(LookupError):
    """A name is not registered; the message names the nearest one."""


def nearest(name: str, known: list[str]) -> str:
    """A half-sentence that helps with a misspelt name: ', did you mean "x"?' or the known ones."""
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f'did you mean "{close[0]}"?'
    return "known: " + ", ".join(sorted(known))


class Registry(Generic[V]):
    """Names to values, filled at import or at start-up and read ever after."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._values: dict[str, V] = {}

    def add(self, name: str, value: V) -> None:
        """Register `value`. Raises DuplicateNameError when the name is taken."""
        if name in self._values:
            raise DuplicateNameError(f'{self._what} "{name}" is registered twice')
        self._values[name] = value

    def get(self, name: str) -> V:
        """The value of `name`. Raises UnknownNameError naming the nearest known one."""
        try:
            return self._values[name]
        except KeyError:
            hint = nearest(name, list(self._values))
            raise UnknownNameError(f'unknown {self._what} "{name}": {hint}') from None

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[V]:
        return iter(self._values.values())

    def __len__(self) -> int:
        return len(self._values)

    def names(self) -> list[str]:
        """The registered names, in the order of registration."""
        return list(self._values)
