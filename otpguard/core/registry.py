"""A strict registry: a duplicate raises; an unknown name raises and lists the known ones."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Generic, TypeVar

V = TypeVar("V")


class DuplicateNameError(ValueError):
    """A name was registered twice."""


class UnknownNameError(LookupError):
    """A name is not registered; the message names the nearest one."""


MOST_LISTED = 40
"""More names than these are not listed to somebody who has misspelt one."""


def nearest(name: str, known: list[str], *, most: int = 1) -> str:
    """A half-sentence that helps with a misspelt name: 'did you mean "x"?' with `most` names at
    most; all that are known where none is near, or the nearest three of very many."""
    close = difflib.get_close_matches(name, known, n=most)
    if close:
        return f"did you mean {_either(close)}?"
    if len(known) > MOST_LISTED:
        return f"the nearest are {_either(difflib.get_close_matches(name, known, n=3, cutoff=0))}"
    return "known: " + ", ".join(sorted(known))


def _either(names: list[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


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
