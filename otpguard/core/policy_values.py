"""The kinds of value that a policy field can have, each with its JSON form and its bounds.

Durations are whole seconds, choices are words, sets and orders are lists of words, and orders by
country are an object of such lists. `read` is where
a value out of bounds is refused; forms choose a widget and tests draw examples by the kind, so
there are no other lists of fields to keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, StrEnum
from typing import Any, TypeAlias, TypeGuard

from otpguard.core.countries import read_countries, write_countries
from otpguard.core.phone import is_country

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def read(self, value: object) -> bool:
        """The flag. Raises ValueError for anything but a bool."""
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
        return value

    def write(self, value: bool) -> bool:  # noqa: FBT001 (the value is the flag)
        """The flag as it is."""
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, each standing for a member of an enumeration.

    `labels` are what people read in place of the word, marked for translation; without one they
    read the word.
    """

    words: Mapping[str, Enum]
    labels: Mapping[str, str] = field(default_factory=dict)

    def read(self, value: object) -> Any:  # noqa: ANN401 (each choice has its own type)
        """The member, from itself or its word. Raises ValueError for anything else."""
        if isinstance(value, str) and value in self.words:
            return self.words[value]
        if isinstance(value, Enum) and any(value is member for member in self.words.values()):
            return value
        *others, last = (f'"{word}"' for word in self.words)
        raise ValueError(f"must be {', '.join(others)} or {last}")

    def write(self, value: Enum) -> str:
        """The word of a member. Raises KeyError for a foreign one."""
        return {member: word for word, member in self.words.items()}[value]


@dataclass(frozen=True, slots=True)
class Seconds:
    """A duration of whole seconds, both ends included."""

    low: int
    high: int

    def read(self, value: object) -> timedelta:
        """The duration, from itself or its seconds. Raises ValueError when it is out of bounds."""
        if isinstance(value, timedelta) and not value % SECOND:
            value = value // SECOND
        if not _is_within(value, self.low, self.high):
            raise ValueError(f"must be whole seconds from {self.low} to {self.high}")
        return value * SECOND

    def write(self, value: timedelta) -> int:
        """The seconds."""
        return value // SECOND


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number, both ends included."""

    low: int
    high: int

    def read(self, value: object) -> int:
        """The number. Raises ValueError when it is out of bounds."""
        if not _is_within(value, self.low, self.high):
            raise ValueError(f"must be a whole number from {self.low} to {self.high}")
        return value

    def write(self, value: int) -> int:
        """The number as it is."""
        return value


@dataclass(frozen=True, slots=True)
class Some:
    """A set of members of an enumeration."""

    kind: type[StrEnum]

    def read(self, value: object) -> frozenset[Any]:
        """The set, from any list or set of words. Raises ValueError for an unknown word."""
        if not isinstance(value, list | tuple | set | frozenset):
            raise ValueError("must be a list of: " + ", ".join(self.kind))
        return frozenset(_members(self.kind, value))

    def write(self, value: frozenset[StrEnum]) -> list[str]:
        """The words in the order of the alphabet."""
        return sorted(str(member) for member in value)


@dataclass(frozen=True, slots=True)
class Order:
    """Members of an enumeration in an order: at least one, each once."""

    kind: type[StrEnum]

    def read(self, value: object) -> tuple[Any, ...]:
        """The order, from a list of words. Raises ValueError for an unknown or a double word."""
        if not isinstance(value, list | tuple):
            raise ValueError("must be a list, in order, of: " + ", ".join(self.kind))
        members = tuple(_members(self.kind, value))
        if not members or len(set(members)) != len(members):
            raise ValueError("must name at least one, each once, of: " + ", ".join(self.kind))
        return members

    def write(self, value: tuple[StrEnum, ...]) -> list[str]:
        """The words in their order."""
        return [str(member) for member in value]


@dataclass(frozen=True, slots=True)
class Words:
    """A set of words of a list that a site can make longer: `parse_wishes` is told the list.

    One that lacks `always` is refused because `reason`.
    """

    always: str
    reason: str

    def read(self, value: object) -> frozenset[str]:
        """The set, from any list or set of words. Raises ValueError for another shape."""
        if not isinstance(value, list | tuple | set | frozenset):
            raise ValueError("must be a list of words")
        words = frozenset(str(item) for item in value)
        if self.always not in words:
            raise ValueError(f'must contain "{self.always}": {self.reason}')
        return words

    def write(self, value: frozenset[str]) -> list[str]:
        """The words in the order of the alphabet."""
        return sorted(value)


@dataclass(frozen=True, slots=True)
class OrderByCountry:
    """For some countries (ISO 3166) an order of members of an enumeration.

    A value is a tuple of pairs by the alphabet, so that it can be hashed; its JSON form is an
    object.
    """

    kind: type[StrEnum]

    def read(self, value: object) -> tuple[tuple[str, tuple[Any, ...]], ...]:
        """The orders, from an object or from pairs. Raises ValueError for an unknown country or
        stands there twice, and for a wrong order."""
        pairs = list(value.items()) if isinstance(value, Mapping) else value
        if not isinstance(pairs, list | tuple) or not all(
            isinstance(pair, list | tuple) and len(pair) == 2  # noqa: PLR2004 (a pair)
            for pair in pairs
        ):
            raise ValueError("must be an object of countries, each with its order")
        found: dict[str, tuple[Any, ...]] = {}
        for country, order in pairs:
            if not isinstance(country, str) or not is_country(country):
                raise ValueError(f'"{country}" must be a country: two capital letters (ISO 3166)')
            if country in found:
                raise ValueError(f"must name {country} once")
            try:
                found[country] = Order(self.kind).read(order)
            except ValueError as error:
                raise ValueError(f"{country} {error}") from None
        return tuple(sorted(found.items()))

    def write(self, value: tuple[tuple[str, tuple[StrEnum, ...]], ...]) -> dict[str, list[str]]:
        """The words of each country in their order."""
        return {country: Order(self.kind).write(order) for country, order in value}


@dataclass(frozen=True, slots=True)
class Countries:
    """A set of countries (ISO 3166); "*" stands for all of them and "001" for numbers of none."""

    def read(self, value: object) -> frozenset[str]:
        """The set, from any list or set of codes. Raises ValueError for an unknown one."""
        if not isinstance(value, list | tuple | set | frozenset):
            raise ValueError('must be a list of countries (ISO 3166), or of "*"')
        return read_countries(value)

    def write(self, value: frozenset[str]) -> list[str]:
        """The codes in the order of the alphabet."""
        return write_countries(value)


Values: TypeAlias = (
    Flag | Choice | Seconds | Count | Some | Words | Order | OrderByCountry | Countries
)


def _is_within(value: object, low: int, high: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _members(kind: type[StrEnum], value: Iterable[object]) -> list[StrEnum]:
    unknown = [str(item) for item in value if str(item) not in set(kind)]
    if unknown:
        raise ValueError(f'"{unknown[0]}" is not one of: ' + ", ".join(kind))
    return [kind(str(item)) for item in value]
